import DuckDB

extension SelectStatement {
    /// Throws `WorkFailure`.
    func perform(in session: Session) throws -> QueryRows {
        let source = SQLSource(file: nil, sql: sql)
        do {
            let answer = try StatementCatalog.with(tables, in: session) {
                guard try session.prepare(sql).isSelect else { throw WorkFailure(.queryFailed, SelectTree.refusal) }
                return try session.firstRows(of: sql, limit: limit, parameters.bound)
            }
            return QueryRows(
                columns: answer.columns.map { Column(name: $0.name, type: $0.type) }, rows: answer.rows,
                truncated: answer.truncated)
        } catch let error as DuckDBError {
            throw WorkFailure(error, named: .queryFailed, in: source)
        }
    }
}
