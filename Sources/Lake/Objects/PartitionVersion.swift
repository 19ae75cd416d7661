import Store

/// One kept version of a partition, as the store has it.
struct PartitionVersion: Sendable, Hashable {
    let version: Int64
    /// The partition's, which is the current version's.
    let generation: Int64
    let rows: Int
    let bytes: Int64
    let content: String
    /// The ids of its objects, rising.
    let objects: [Int64]
    /// The contents of its objects.
    let contents: [String]

    /// The digest of what a version holds: that of its objects' digests, whatever their order.
    static func content(of contents: [String]) -> String {
        SHA256.hex(contents.sorted().joined(separator: "\n"))
    }

    /// What a publication of equal content amounts to.
    func unchanged(_ table: TableName, _ partition: String) -> ObjectCommit {
        ObjectCommit(
            table: table, partition: partition, version: version, generation: generation, rows: rows, bytes: bytes,
            changed: false)
    }
}

extension Reading {
    /// The current version; nil when nothing was ever published there.
    func currentVersion(of table: TableName, _ partition: String) throws -> PartitionVersion? {
        let row = try first(
            "SELECT version FROM partitions WHERE table_name = ? AND partition = ?",
            [.text(table.description), .text(partition)])
        return try row.flatMap { try version(Int64($0.integer("version")), of: table, partition) }
    }

    /// A version that is still kept.
    func version(_ version: Int64, of table: TableName, _ partition: String) throws -> PartitionVersion? {
        let place: [Value] = [.text(table.description), .text(partition), .integer(version)]
        guard
            let row = try first(
                """
                SELECT versions.*, generation FROM versions JOIN partitions USING (table_name, partition)
                WHERE table_name = ? AND partition = ? AND versions.version = ?
                """, place)
        else { return nil }
        let objects = try rows(
            """
            SELECT id, content FROM version_objects JOIN objects ON id = object_id
            WHERE version_objects.table_name = ? AND version_objects.partition = ? AND version = ? ORDER BY id
            """, place)
        return PartitionVersion(
            version: version, generation: Int64(row.integer("generation")), rows: row.integer("rows"),
            bytes: Int64(row.integer("bytes")), content: row.text("content"),
            objects: objects.map { Int64($0.integer("id")) }, contents: objects.map { $0.text("content") })
    }
}
