import DuckDB

extension DescribeStatement {
    /// Parses the text without binding it, so no table needs to exist. Throws `WorkFailure`.
    func perform(in session: Session) throws -> Described {
        let source = SQLSource(file: file, sql: sql)
        do {
            let tree = try SelectTree(parsing: source, in: session)
            return Described(tables: tree.tables, parameters: tree.parameters, positions: tree.positions)
        } catch let error as DuckDBError {
            throw WorkFailure(error, named: .queryFailed, in: source)
        }
    }

    /// What a step fails with when the catalog has no table of a name that its statement reads: it points to the name.
    package func failure(_ unknown: UnknownTable, _ described: Described) -> WorkFailure {
        let error = DuckDBError.invalid(message: unknown.description, position: described.positions[unknown.name])
        return WorkFailure(error, named: .queryFailed, in: SQLSource(file: file, sql: sql))
    }
}
