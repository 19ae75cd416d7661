import DuckDB

/// A key of a partition with its value: `dt=2026-11-21/hour=05` has two.
struct PartitionValue: Sendable, Hashable {
    let key: String
    let value: String

    /// Empty for an unpartitioned table's `''`.
    static func parse(_ partition: String) -> [PartitionValue] {
        partition.split(separator: "/").compactMap { part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return halves.count == 2 ? PartitionValue(key: String(halves[0]), value: String(halves[1])) : nil
        }
    }

    private var type: String { PinnedTable.type(ofKey: key) }
    /// The value in the key's own type.
    var sql: String { "CAST(\(SQLText.literal(value)) AS \(type))" }

    /// A condition on a column of the key's name.
    func matches(_ column: String) -> String { "TRY_CAST(\(column) AS \(type)) IS NOT DISTINCT FROM \(sql)" }
}
