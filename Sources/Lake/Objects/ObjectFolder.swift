import Foundation

/// The lake's root folder: `.objects/` for what is published, `.stage/` for what is being made, and the public tree
/// of links. Its calls block; run them on a `BlockingQueue`.
package struct ObjectFolder: Sendable, Hashable {
    /// Absolute.
    package let root: String

    package init(root: String) { self.root = root }

    var objects: String { root + "/.objects" }
    var staging: String { root + "/.stage" }
    /// Directories on their way into or out of the public tree, named by table and partition.
    var exchanging: String { root + "/.exchange" }

    /// Makes the lake's folders if they are absent. Throws `LakeError` when the lake can't be written.
    package func prepare() throws {
        for folder in [objects, staging, exchanging] {
            try Disk.makeDirectories(folder)
            guard access(folder, W_OK) == 0 else { throw Disk.failure("write to", folder, errno) }
        }
    }

    /// Makes an empty staging folder for one attempt and returns its absolute path.
    package func stage(_ attempt: String) throws -> String {
        let path = stagePath(attempt)
        try Disk.removeTree(path)
        try Disk.makeDirectories(path)
        return path
    }

    /// Removes the attempt's folder with what is left in it. What can't be removed now goes at the next start.
    package func removeStage(_ attempt: String) { try? Disk.removeTree(stagePath(attempt)) }

    private func stagePath(_ attempt: String) -> String {
        precondition(
            !attempt.isEmpty && attempt.first != "." && !attempt.contains("/"), "an attempt's name is a file's")
        return staging + "/" + attempt
    }

    /// Checks a staged file's footer, gives it a unique name under `.objects/` and makes that durable. The staged name
    /// goes last: a crash in between leaves an object that no manifest names, which the next start deletes.
    /// Throws `LakeError`.
    package func place(_ file: StagedFile, table: TableName, partition: String) throws -> StagedObject {
        let footer = try Disk.withDescriptor(file.path, O_RDONLY) { descriptor in
            let footer = try ParquetFooter.read(descriptor, path: file.path)
            guard footer.rows == file.rows else {
                throw LakeError.notParquet(
                    path: file.path, finding: "it holds \(footer.rows) rows, not the \(file.rows) that were written")
            }
            // An object is never written again; a program that opens a public link to write is refused.
            guard fchmod(descriptor, 0o444) == 0 else { throw Disk.failure("protect", file.path, errno) }
            guard fdatasync(descriptor) == 0 else { throw Disk.failure("sync", file.path, errno) }
            return footer
        }
        let directory = objectDirectory(table, partition)
        try Disk.makeDirectories(root + "/" + directory)
        var path: String
        repeat { path = directory + "/" + ObjectName.unique() } while try !Disk.link(file.path, absolute(path))
        try Disk.sync(directory: root + "/" + directory)
        try Disk.unlink(file.path)
        return StagedObject(
            path: path, rows: file.rows, bytes: footer.size, minTime: file.minTime, maxTime: file.maxTime,
            columns: file.columns, content: file.content)
    }

    package func absolute(_ path: String) -> String { root + "/" + path }

    /// Where a partition's objects lie, relative to the root: `.objects/raw/log/dt=2026-11-21`.
    func objectDirectory(_ table: TableName, _ partition: String) -> String {
        ".objects/" + publicDirectory(table, partition)
    }

    /// Where other programs find a partition, relative to the root: `raw/log/dt=2026-11-21`.
    func publicDirectory(_ table: TableName, _ partition: String) -> String {
        precondition(partition.isEmpty || Interval(partition: partition)?.partition == partition, "not a partition")
        return partition.isEmpty ? table.path : table.path + "/" + partition
    }
}

/// The names of objects that Weir made: 32 hexadecimal digits that no other object ever had.
enum ObjectName {
    static func unique() -> String {
        UUID().uuidString.lowercased().filter { $0 != "-" } + ".parquet"
    }

    static func isOurs(_ name: String) -> Bool {
        guard name.hasSuffix(".parquet") else { return false }
        let stem = name.utf8.dropLast(8)
        return stem.count == 32 && stem.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
