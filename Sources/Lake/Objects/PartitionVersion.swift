import Store

/// One kept version of a partition, as the store has it.
struct PartitionVersion: Sendable, Hashable {
    let version: Int64
    /// The partition's, which is the current version's.
    let generation: Int64
    let objects: [KnownObject]
}

/// An object that a version names.
struct KnownObject: Sendable, Hashable {
    let id: Int64
    /// Relative to the lake's root.
    let path: String
    let rows: Int
    let bytes: Int64
    let content: String
}

extension [KnownObject] {
    var rows: Int { reduce(0) { $0 + $1.rows } }
    var bytes: Int64 { reduce(0) { $0 + $1.bytes } }
    /// The digest of what a version holds: that of its objects' digests, whatever their order.
    var content: String { SHA256.hex(map(\.content).sorted().joined(separator: "\n")) }
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
                SELECT generation FROM versions JOIN partitions USING (table_name, partition)
                WHERE table_name = ? AND partition = ? AND versions.version = ?
                """, place)
        else { return nil }
        let objects = try rows(
            """
            SELECT id, path, rows, bytes, content FROM version_objects JOIN objects ON id = object_id
            WHERE version_objects.table_name = ? AND version_objects.partition = ? AND version = ? ORDER BY id
            """, place)
        return PartitionVersion(
            version: version, generation: Int64(row.integer("generation")),
            objects: objects.map { row in
                KnownObject(
                    id: Int64(row.integer("id")), path: row.text("path"), rows: row.integer("rows"),
                    bytes: Int64(row.integer("bytes")), content: row.text("content"))
            })
    }
}
