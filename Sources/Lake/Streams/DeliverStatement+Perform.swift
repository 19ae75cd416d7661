package import DuckDB

extension DeliverStatement {
    /// Runs in a worker process. Throws `WorkFailure` or `DuckDBError`.
    package func perform(in session: Session, context: WorkerContext) throws -> DeliverOutcome { fatalError("contract") }
}
