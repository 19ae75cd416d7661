package import DuckDB

extension ExtractStatement {
    /// Runs in a worker process. Throws `WorkFailure` or `DuckDBError`.
    package func perform(in session: Session, context: WorkerContext) throws -> ExtractOutcome { fatalError("contract") }
}
