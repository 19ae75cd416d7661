package import DuckDB

extension LoadStatement {
    /// Runs in a worker process. Throws `WorkFailure` or `DuckDBError`.
    package func perform(in session: Session, context: WorkerContext) throws -> LoadOutcome {
        switch DatabaseAddress.Kind(rawValue: kind) {
        case .sqlite: try SQLiteLoad(self, context).perform(in: session)
        case .postgres, .mysql, nil:
            throw WorkFailure(.loadFailed, "a load can't write to \(kind) yet: sqlite: is what it writes to")
        }
    }
}
