import Store

extension Writing {
    /// Enters what a partition's new version brought into its table's row: the table at first sight, and its columns.
    /// The catalog's version rises when they change. Throws `LakeError.partitioning`.
    func catalog(_ partition: StagedPartition) throws {
        let keys = PartitionKeys.of(partition.partition)
        let name = partition.table.description
        let brought = partition.objects.reduce(into: [Column]()) { $0 = ColumnMerge.merge($0, $1.columns) }
        guard let row = try first("SELECT keys, columns FROM tables WHERE name = ?", [.text(name)]) else {
            try execute(
                "INSERT INTO tables (name, kind, keys, columns, version, crawled_at) VALUES (?, ?, ?, ?, 1, NULL)",
                [
                    .text(name), .text(partition.kind.rawValue), .text(try StoredJSON.text(keys)),
                    .text(try StoredJSON.text(brought)),
                ])
            return
        }
        let has = try StoredJSON.value([String].self, row.text("keys"))
        guard has == keys else { throw LakeError.partitioning(table: partition.table, has: has, given: keys) }
        let known = try StoredJSON.value([Column].self, row.text("columns"))
        if known == brought || brought.isEmpty { return }
        let columns =
            switch partition.mode {
            // Nothing that the table had went away.
            case .append: ColumnMerge.merge(known, brought)
            case .replace: try reading.columns(of: partition.table, after: brought)
            }
        if columns != known { try setColumns(columns, of: partition.table) }
    }

    func setColumns(_ columns: [Column], of table: TableName) throws {
        try execute(
            "UPDATE tables SET columns = ?, version = version + 1 WHERE name = ?",
            [.text(try StoredJSON.text(columns)), .text(table.description)])
    }
}

extension Reading {
    /// The columns of a table as its current objects have them, beginning with those given.
    func columns(of table: TableName, after first: [Column]) throws -> [Column] {
        try rows(
            """
            SELECT schema FROM partitions
            JOIN version_objects USING (table_name, partition, version) JOIN objects ON id = object_id
            WHERE partitions.table_name = ? GROUP BY schema ORDER BY min(id)
            """, [.text(table.description)]
        ).reduce(first) { ColumnMerge.merge($0, try StoredJSON.value([Column].self, $1.text("schema"))) }
    }
}

/// The columns that come from a partition's path.
enum PartitionKeys {
    static func of(_ partition: String) -> [String] {
        partition.split(separator: "/").map { String($0.prefix { $0 != "=" }) }
    }
}
