import Foundation
import Lake
import Store
import TestSupport

/// A lake with its store in a folder of its own, and the steps that tests repeat.
struct LakeFixture: Sendable {
    let home = TemporaryDirectory()
    let folder: ObjectFolder
    let store: Store
    let tree: PublicTree

    init() throws {
        folder = ObjectFolder(root: home("lake"))
        try folder.prepare()
        store = try Store.openForWriting(home("weir.db"))
        tree = PublicTree(folder: folder, store: store)
    }

    /// Places a file with these values, and stages it for the table's partition.
    func staged(
        _ table: String, _ partition: String, _ values: [[Int64]], kind: TableKind = .mart,
        mode: StagedPartition.Mode = .replace
    ) throws -> StagedPartition {
        try staged(table, partition, files: values.map { PlainParquet($0) }, kind: kind, mode: mode)
    }

    func staged(
        _ table: String, _ partition: String, files: [PlainParquet], kind: TableKind = .mart,
        mode: StagedPartition.Mode = .replace
    ) throws -> StagedPartition {
        let attempt = UUID().uuidString
        let stage = try folder.stage(attempt)
        defer { folder.removeStage(attempt) }
        let name = try TableName(table)
        let objects = try files.enumerated().map { index, file in
            try folder.place(try file.write("\(stage)/\(index).parquet"), table: name, partition: partition)
        }
        return StagedPartition(
            table: name, kind: kind, partition: partition, objects: objects, mode: mode, origin: "a test")
    }

    @discardableResult
    func publish(_ partition: StagedPartition, at now: Int64 = 1) async throws -> ObjectCommit {
        try await store.write { try $0.publish(partition, at: now) }
    }

    @discardableResult
    func publish(
        _ table: String, _ partition: String, _ values: [[Int64]], kind: TableKind = .mart,
        mode: StagedPartition.Mode = .replace, at now: Int64 = 1
    ) async throws -> ObjectCommit {
        try await publish(try staged(table, partition, values, kind: kind, mode: mode), at: now)
    }

    func pin(_ table: String, _ window: Window = .whole) async throws -> PinnedTable {
        let name = try TableName(table)
        let folder = folder
        return try await store.read { try $0.pin(name, window, in: folder) }
    }

    /// The file names of a pinned table.
    func pinnedNames(_ table: String, _ window: Window = .whole) async throws -> [String] {
        try await pin(table, window).files.map { URL(fileURLWithPath: $0).lastPathComponent }.sorted()
    }

    /// Every file below a folder of the lake, as paths relative to it.
    func files(below path: String) -> [String] {
        let paths = FileManager.default.enumerator(atPath: folder.absolute(path))?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".parquet") }.sorted()
    }

    var dirty: Int {
        get async throws { try await store.read { try $0.count("SELECT count(*) FROM partitions WHERE dirty = 1") } }
    }
}
