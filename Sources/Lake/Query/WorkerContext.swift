/// What a worker gives to the statement that it performs, besides its session.
package struct WorkerContext: Sendable {
    /// An existing folder for this statement alone, removed when it has ended. Absolute.
    package let spillDirectory: String
    private let isCancelled: @Sendable () -> Bool

    package init(spillDirectory: String, isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.spillDirectory = spillDirectory
        self.isCancelled = isCancelled
    }

    /// Work between calls of DuckDB asks now and then whether the statement was cancelled; DuckDB's own calls end by
    /// `DuckDBError.interrupted`. Throws `WorkFailure`.
    package func checkCancelled() throws {
        if isCancelled() { throw WorkFailure(.cancelled, "cancelled") }
    }
}
