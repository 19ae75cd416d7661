import Foundation

/// One look at the public tree and the objects of some tables: what other programs put there, and what is gone.
/// Its calls block, and belong on `PublicTree.queue`, where no exchange moves the directories meanwhile.
struct TreeScan {
    /// A table as the store has it.
    struct Known {
        var kind: TableKind
        var keys: [String]
        var manifests: [String: PublicManifest]
    }

    struct Finding: Sendable {
        let place: PartitionPlace
        /// Files of others, linked into `.objects/` and durable there.
        var adopted: [StagedObject] = []
        /// Paths of current objects whose file someone deleted.
        var missing: [String] = []
        /// Paths of adopted objects that their program took out of the tree.
        var withdrawn: [String] = []

        var isEmpty: Bool { adopted.isEmpty && missing.isEmpty && withdrawn.isEmpty }
    }

    let folder: ObjectFolder
    private(set) var findings: [Finding] = []
    private(set) var notes: [String] = []

    init(_ folder: ObjectFolder) { self.folder = folder }

    /// The tables that the tree has below these paths (`raw`, `raw.access_log`), by their folders.
    static func tables(below paths: [String], in folder: ObjectFolder) throws -> Set<TableName> {
        var tables: Set<TableName> = []
        for path in paths {
            guard let name = try? TableName(path) else { continue }
            let directory = folder.absolute(name.path)
            guard try Disk.status(directory)?.isDirectory == true else { continue }
            if name.schema != nil {
                tables.insert(name)
                continue
            }
            for entry in try Disk.names(in: directory) {
                if isObject(entry) || entry.contains("=") {
                    tables.insert(name)
                } else if try Disk.status(directory + "/" + entry)?.isDirectory == true,
                    let table = try? TableName(path + "." + entry)
                {
                    tables.insert(table)
                }
            }
        }
        return tables
    }

    /// Scans one table. A file that can't be taken is noted and left alone.
    mutating func scan(_ table: TableName, _ known: Known?) throws {
        var places = try partitions(of: table)
        places.formUnion(known?.manifests.keys.map { $0 } ?? [])
        // A table that is new is cut as its deepest partitions are.
        let keys = known?.keys ?? places.map(PartitionKeys.of).max { $0.count < $1.count } ?? []
        for partition in places.sorted() {
            let place = PartitionPlace(table, partition)
            let manifest = known?.manifests[partition] ?? PublicManifest(version: 0)
            var finding = Finding(place: place)
            for name in try PublicDirectory(folder, place).foreign(to: manifest) where Self.isObject(name) {
                let file = folder.publicDirectory(table, partition) + "/" + name
                do {
                    guard PartitionKeys.of(partition) == keys else {
                        let cut =
                            keys.isEmpty ? "has no partitions" : "is partitioned by " + keys.joined(separator: "/")
                        throw NotTaken(reason: "\(table) \(cut)")
                    }
                    finding.adopted.append(try adopt(file, as: name, of: place))
                } catch let error as NotTaken {
                    notes.append("\(file): \(error.reason)")
                }
            }
            try look(for: manifest, known?.kind ?? .adopted, &finding)
            if !finding.isEmpty { findings.append(finding) }
        }
    }

    /// Partitions whose folders hold files that could be objects.
    private func partitions(of table: TableName) throws -> Set<String> {
        var found: Set<String> = []
        func visit(_ partition: String, depth: Int) throws {
            let directory = folder.absolute(folder.publicDirectory(table, partition))
            for name in try Disk.names(in: directory) {
                if Self.isObject(name) { found.insert(partition) }
                let inner = partition.isEmpty ? name : partition + "/" + name
                if depth < 2, Interval(partition: inner)?.partition == inner { try visit(inner, depth: depth + 1) }
            }
        }
        try visit("", depth: 0)
        return found
    }

    /// Whether a file of this name is taken for an object: programs hide what isn't finished behind `.` or `_`.
    private static func isObject(_ name: String) -> Bool {
        name.hasSuffix(".parquet") && !name.hasPrefix(".") && !name.hasPrefix("_")
    }

    /// What is wrong with another program's file; the crawl goes on without it.
    private struct NotTaken: Error {
        let reason: String
    }

    /// Checks the file's footer and gives it a second name under `.objects/`, in a folder of its fingerprint: there it
    /// keeps the name that its program knows it by, and a later crawl can tell whether it is still that file. Throws `NotTaken` for what is wrong with the file, `LakeError` for what
    /// is wrong with the lake.
    private func adopt(_ file: String, as name: String, of place: PartitionPlace) throws -> StagedObject {
        let path = folder.absolute(file)
        guard let status = try Disk.status(path), status.isFile else {
            throw NotTaken(reason: "it is a link or a folder")
        }
        let described: StagedFile
        do {
            described = try StagedFile.finishing(path)
        } catch LakeError.notParquet(_, let finding) {
            throw NotTaken(reason: finding)
        } catch LakeError.io(_, let action, let reason) {
            throw NotTaken(reason: "can't \(action) it: \(reason)")
        }
        let directory = folder.objectDirectory(place.table, place.partition) + "/" + status.fingerprint
        try Disk.makeDirectories(folder.absolute(directory))
        do {
            _ = try Disk.link(path, folder.absolute(directory + "/" + name))
        } catch LakeError.io(_, _, let reason) {
            // Linux lets no one link another user's file that he can't write.
            throw NotTaken(reason: "can't link it: \(reason); is it another user's, or on another file system?")
        }
        try Disk.sync(directory: folder.absolute(directory))
        return StagedObject(
            path: directory + "/" + name, rows: described.rows, bytes: described.bytes, minTime: nil, maxTime: nil,
            columns: described.columns, content: described.content)
    }

    private func look(for manifest: PublicManifest, _ kind: TableKind, _ finding: inout Finding) throws {
        let directory = folder.absolute(folder.publicDirectory(finding.place.table, finding.place.partition))
        for (name, path) in manifest.current.sorted(by: { $0.key < $1.key }) {
            let isPublic = try Disk.status(directory + "/" + name) != nil
            if try Disk.status(folder.absolute(path)) == nil {
                // The public link still holds the data of an object that lost its own name.
                if isPublic, ObjectName.isOurs(name) {
                    try Disk.makeDirectories(Disk.parent(of: folder.absolute(path)))
                    _ = try Disk.link(directory + "/" + name, folder.absolute(path))
                } else {
                    finding.missing.append(path)
                }
            } else if kind == .adopted, manifest.isShown, !isPublic {
                finding.withdrawn.append(path)
            }
        }
    }
}
