import DuckDB

/// The columns of a SELECT's result, and how they go into a Parquet file.
struct ResultColumns {
    private let columns: [Column]
    private let source: SQLSource

    /// Binds the statement, which tells what is wrong with it before anything runs.
    init(of source: SQLSource, _ parameters: [String: BoundValue], in session: Session) throws {
        let shape = try session.prepare(source.sql)
        guard shape.isSelect else { throw WorkFailure(.queryFailed, source.name + SelectTree.refusal) }
        self.source = source
        var found = shape.columns
        if found.contains(where: { $0.type == "UNKNOWN" }) {
            // Types that depend on parameters show only in a result.
            found = try session.columns(of: source.sql, parameters)
        }
        columns = found.map { Column(name: $0.name, type: $0.type) }
    }

    /// The select list for the file. The partition's keys stay out of it, but each row is held to their values. Sums
    /// of BIGINT are HUGEINT, for which Parquet has no type and DuckDB would write an inexact DOUBLE: they become
    /// BIGINT, and a value that does not fit fails the statement.
    func projection(into partition: [PartitionValue]) throws -> String {
        let names = Dictionary(grouping: columns, by: { $0.name.lowercased() })
        if let twice = columns.first(where: { names[$0.name.lowercased(), default: []].count > 1 }) {
            throw WorkFailure(
                .queryFailed, "\(source.name)the result has two columns named \(twice.name): name one with AS")
        }
        let keys = partition.compactMap { key in
            columns.first { $0.name.lowercased() == key.key }.map { (key, SQLText.identifier($0.name)) }
        }
        let kept = columns.filter { column in !partition.contains { $0.key == column.name.lowercased() } }
        guard !kept.isEmpty else {
            throw WorkFailure(.queryFailed, "\(source.name)the result has no column besides the partition's own")
        }
        return kept.enumerated().map { index, column in
            let name = SQLText.identifier(column.name)
            let stored = column.type == "HUGEINT" || column.type == "UHUGEINT" ? "CAST(\(name) AS BIGINT)" : name
            // In the list and not in a condition, which the optimizer could try on rows that the SELECT drops.
            let held = index == 0 ? keys.reduce(stored) { Self.hold($0, to: $1.0, $1.1) } : stored
            return "\(held) AS \(name)"
        }.joined(separator: ", ")
    }

    /// A sum that does not fit BIGINT, told with what to do.
    static func explained(_ error: DuckDBError) -> DuckDBError {
        guard case .invalid(let message, nil) = error, message.contains("INT128"), message.contains("INT64") else {
            return error
        }
        return .failed(message + " (sums are stored as BIGINT: cast a larger one to DOUBLE or DECIMAL(38, 0))")
    }

    private static func hold(_ expression: String, to key: PartitionValue, _ column: String) -> String {
        let prefix = SQLText.literal("a row has \(key.key) ")
        let suffix = SQLText.literal(", but the result becomes the partition \(key.key)=\(key.value)")
        let found = "coalesce(CAST(\(column) AS VARCHAR), 'NULL')"
        return "CASE WHEN \(key.matches(column)) THEN \(expression) ELSE error(\(prefix) || \(found) || \(suffix)) END"
    }
}
