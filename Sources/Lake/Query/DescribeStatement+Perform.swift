import DuckDB

extension DescribeStatement {
    /// Parses the text without binding it, so no table needs to exist. Throws `WorkFailure`.
    func perform(in session: Session) throws -> Described {
        let source = SQLSource(file: file, sql: sql)
        do {
            let tree = try SelectTree(parsing: source, in: session)
            return Described(tables: tree.tables, parameters: tree.parameters)
        } catch let error as DuckDBError {
            throw WorkFailure(error, named: .queryFailed, in: source)
        }
    }
}
