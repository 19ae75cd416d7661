package import DuckDB

extension LoadStatement {
    /// Runs in a worker process. Throws `WorkFailure` or `DuckDBError`.
    package func perform(in session: Session, context: WorkerContext) throws -> LoadOutcome { fatalError("contract") }
}
