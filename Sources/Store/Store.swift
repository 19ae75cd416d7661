import Foundation
import GRDB
import GRDBSQLite

/// The SQLite file that holds a project's state: manifests, catalog, events, runs, backfills, alerts.
///
/// Opened for writing by one process only, the engine; by all others read-only. While the engine runs, its one
/// writing connection is also the only one that checkpoints: SQLite before 3.51.3 can lose a committed transaction
/// when a write and a checkpoint race on two connections.
package final class Store: Sendable {
    package let path: String
    private let database: any DatabaseReader & Sendable
    private let writer: GroupCommit?

    private init(path: String, database: any DatabaseReader & Sendable, writer: GroupCommit?) {
        self.path = path
        self.database = database
        self.writer = writer
    }

    /// How many commits of this store have changed something since it was opened.
    package var commits: Int64 { writer?.commits ?? 0 }

    /// How many commits of this store have appended events since it was opened: as long as it stays, there is nothing
    /// new to read in the log.
    package var appends: Int64 { writer?.appends ?? 0 }

    /// Calls the body after every commit of this store that changed something, on the writing thread: it must only
    /// signal.
    package func onChange(_ body: @escaping @Sendable () -> Void) { writer?.onChange(body) }

    /// Opens the store for its only writer, makes it if it is absent, and brings its schema up to date.
    ///
    /// Every commit is durable when it returns (`synchronous=FULL`). The `-wal` file outlives the process, so that
    /// readers can open without writing. Throws `StoreError`.
    package static func openForWriting(_ path: String) throws -> Store {
        try StoreError.translating(path) {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { database in
                var keep: Int32 = 1
                sqlite3_file_control(database.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &keep)
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL when it enters WAL mode, so this must come after opening.
                try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864")
                let finding = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
                guard finding == "ok" else { throw StoreError.damaged(path: path, finding: finding) }
            }
            try Schema.migrate(pool, path: path)
            return Store(path: path, database: pool, writer: GroupCommit(pool, path: path))
        }
    }

    /// Opens an existing store to read. Reads are snapshots; keep them short. Throws `StoreError`.
    package static func openForReading(_ path: String) throws -> Store {
        try StoreError.translating(path) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return Store(path: path, database: queue, writer: nil)
        }
    }

    /// Runs a write transaction on the one writing connection. It is durable when this returns; writes that wait at
    /// the same time share a commit. Once begun it runs to its end, whatever happens to the calling task. Throws what
    /// the body throws, and `StoreError`; then nothing of the body was kept.
    @discardableResult
    package func write<Result: Sendable>(_ body: @escaping @Sendable (Writing) throws -> Result) async throws -> Result
    {
        guard let writer else { throw StoreError.unreadable(path: path) }
        return try await writer.write(body)
    }

    /// Reads one snapshot. Throws what the body throws, or `StoreError`.
    package func read<Result: Sendable>(_ body: @escaping @Sendable (Reading) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            database.asyncRead { access in
                continuation.resume(
                    with: Swift.Result {
                        try StoreError.translating(self.path) { try body(Reading(database: try access.get())) }
                    })
            }
        }
    }

    /// Reads one snapshot, blocking the calling thread: for threads of one's own and short commands.
    package func readBlocking<Result>(_ body: (Reading) throws -> Result) throws -> Result {
        try StoreError.translating(path) {
            try database.read { try body(Reading(database: $0)) }
        }
    }

    /// A number that changes whenever any process commits to the file; costs about 10 µs.
    package func dataVersion() throws -> Int {
        try StoreError.translating(path) {
            try database.unsafeRead { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
        }
    }

    /// Moves the write-ahead log into the file and closes it. The engine calls this last.
    package func close() throws {
        try StoreError.translating(path) {
            writer?.checkpoint()
            try database.close()
        }
    }
}
