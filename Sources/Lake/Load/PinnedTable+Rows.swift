internal import DuckDB

extension PinnedTable {
    /// The table function that reads its files, with the partition's keys as columns.
    var scan: String {
        let files = files.map(SQLText.literal).joined(separator: ", ")
        let types = keys.map { "\(SQLText.identifier($0)): \($0 == "hour" ? "INTEGER" : "DATE")" }
        let partitioning =
            keys.isEmpty
            ? "hive_partitioning = false"
            : "hive_partitioning = true, hive_types = {\(types.joined(separator: ", "))}"
        return "read_parquet([\(files)], \(partitioning), union_by_name = true)"
    }
}
