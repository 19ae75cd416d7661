/// What went wrong in the lake or a buffer, in words fit for a screen.
package enum LakeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A path, what was tried, and the system's reason.
    case io(path: String, action: String, reason: String)
    /// A file that should be Parquet and isn't.
    case notParquet(path: String, finding: String)
    case diskFull(path: String)
    /// No kept version of the partition is older than the current one.
    case noOlderVersion(table: TableName, partition: String)
    /// The table is cut into partitions by other keys than those of the partition that was to be published.
    case partitioning(table: TableName, has: [String], given: [String])

    package var description: String {
        switch self {
        case .io(let path, let action, let reason): "can't \(action) \(path): \(reason)"
        case .notParquet(let path, let finding): "\(path) is not a complete Parquet file: \(finding)"
        case .diskFull(let path): "the disk that holds \(path) is full: free some space; nothing was lost"
        case .noOlderVersion(let table, let partition):
            "\(table)\(partition.isEmpty ? "" : " \(partition)") has no older version to go back to"
        case .partitioning(let table, let has, let given):
            "\(table) is \(Self.cut(has)), so it can't take a partition that is \(Self.cut(given)): give the result "
                + "another table's name"
        }
    }

    private static func cut(_ keys: [String]) -> String {
        keys.isEmpty ? "not partitioned" : "partitioned by \(keys.joined(separator: "/"))"
    }
}
