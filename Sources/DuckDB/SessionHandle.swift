import CDuckDB
import Synchronization

/// What other threads may do to a session: interrupt the statement that runs, and ask how far it is. It may outlive
/// the session; then it does nothing.
package final class SessionHandle: Sendable {
    /// Safe to send: DuckDB allows `duckdb_interrupt` and `duckdb_query_progress` from any thread, and the lock keeps
    /// the connection open during them.
    private struct Connection: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<wd_connection>?
    }
    private let connection: Mutex<Connection?>

    init(_ pointer: UnsafeMutablePointer<wd_connection>?) {
        let connection = Connection(pointer: pointer)
        self.connection = Mutex(connection)
    }

    /// Stops the statement that runs now with `DuckDBError.interrupted`. One that is about to start may not notice:
    /// repeat until it has ended.
    package func interrupt() {
        connection.withLock { connection in
            if let connection { wd_interrupt(connection.pointer) }
        }
    }

    /// 0…1, or nil where DuckDB can't tell.
    package var fraction: Double? {
        let percentage = connection.withLock { $0.map { wd_query_progress($0.pointer).percentage } } ?? -1
        return percentage < 0 ? nil : min(1, percentage / 100)
    }

    func close() { connection.withLock { $0 = nil } }
}
