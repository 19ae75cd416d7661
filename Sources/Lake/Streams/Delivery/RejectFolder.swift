import Foundation

/// Where rejected records are kept: `<lake>/.rejects/STREAM/dt=DAY/REASON/….txt`, raw, a line each. Its calls block
/// and throw `LakeError`.
package struct RejectFolder: Sendable {
    /// The lake's root.
    package let root: String

    package init(root: String) { self.root = root }

    /// A reject's lines, by the path that the store has of it.
    package func lines(_ path: String) throws -> [UInt8] {
        try MappedFile(root + "/" + path).withContents { Array($0) }
    }

    /// Moves a worker's reject file to its place, durably; returns its path relative to the lake's root.
    func place(_ file: RejectFile, stream: String, batch: BufferedRecords, number: Int) throws -> String {
        let folder = folder(stream) + "/dt=\(file.day)/\(file.keyword)"
        try Disk.makeDirectories(root + "/" + folder)
        let path = folder + "/\(batch.first)-\(batch.last)-\(number).txt"
        try Disk.rename(file.path, root + "/" + path)
        try Disk.sync(directory: root + "/" + folder)
        return path
    }

    func remove(_ path: String) { unlink(root + "/" + path) }

    /// Deletes files that no row names: a crash between placing and the commit left them, and their records are in the
    /// buffer still. Only at the engine's start.
    func sweep(stream: String, keeping known: Set<String>) throws {
        let stream = folder(stream)
        for day in try Disk.names(in: root + "/" + stream) {
            for reason in try Disk.names(in: root + "/" + stream + "/" + day) {
                let folder = stream + "/" + day + "/" + reason
                for name in try Disk.names(in: root + "/" + folder) where !known.contains(folder + "/" + name) {
                    try Disk.removeTree(root + "/" + folder + "/" + name)
                }
            }
        }
    }

    private func folder(_ stream: String) -> String { ".rejects/" + stream }
}
