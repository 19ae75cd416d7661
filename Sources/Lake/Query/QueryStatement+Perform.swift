import DuckDB

extension QueryStatement {
    /// Runs the SELECT into a Parquet file and tries its checks on what was written. Throws `WorkFailure`.
    func perform(in session: Session) throws -> QueryOutcome {
        let source = SQLSource(file: file, sql: sql)
        do {
            return try StatementCatalog.with(tables, in: session) { try stage(source, in: session) }
        } catch let error as DuckDBError {
            throw WorkFailure(ResultColumns.explained(error), named: .queryFailed, in: source)
        }
    }

    private func stage(_ source: SQLSource, in session: Session) throws -> QueryOutcome {
        let keys = PartitionValue.parse(partition)
        let columns = try ResultColumns(of: source, parameters.bound, in: session)
        let list = try columns.projection(into: keys)
        _ = try session.rows(
            of: sql, between: "COPY (SELECT \(list) FROM (", ")) TO \(SQLText.literal(output)) \(Self.format)",
            parameters.bound)
        let bytesScanned = session.bytesRead
        let staged = try StagedFile.finishing(output)
        try ResultChecks(checks, of: staged, partition: keys).hold(in: session)
        return QueryOutcome(file: staged, bytesScanned: bytesScanned)
    }

    private static let format = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
}

extension [String: TypedValue] {
    var bound: [String: BoundValue] { mapValues(\.bound) }
}

extension TypedValue {
    /// By the declared type: a date that was given as text is bound as a date.
    fileprivate var bound: BoundValue {
        switch (kind, value) {
        case (.date, .text(let text)): .date(text)
        case (.timestamp, .text(let text)): .timestamp(text)
        case (.real, .int(let number)): .real(Double(number))
        case (_, .text(let text)): .text(text)
        case (_, .int(let number)): .integer(number)
        case (_, .real(let number)): .real(number)
        case (_, .bool(let flag)): .bool(flag)
        }
    }
}
