import GRDB
import Synchronization

/// Write transactions that wait for the one writing connection are committed together, because a durable commit
/// costs some milliseconds of `fdatasync` however much it holds.
///
/// Each body keeps the meaning of a transaction of its own: it runs alone, sees what those before it wrote, and what
/// it did is undone when it throws (a savepoint). None hears of success before all of its group is durable.
final class GroupCommit: Sendable {
    /// At most this many bodies share a commit, so that the first never waits long for the others.
    static let most = 128

    private let writer: DatabasePool
    private let path: String
    private let waiting = Mutex<[Member]>([])
    private let changes = Atomic<Int64>(0)
    private let appended = Atomic<Int64>(0)
    private let listeners = Mutex<[@Sendable () -> Void]>([])

    init(_ writer: DatabasePool, path: String) {
        self.writer = writer
        self.path = path
    }

    /// How many commits have changed something.
    var commits: Int64 { changes.load(ordering: .acquiring) }

    /// How many commits have appended events.
    var appends: Int64 { appended.load(ordering: .acquiring) }

    /// Calls the body after each of them, on the writing thread.
    func onChange(_ body: @escaping @Sendable () -> Void) { listeners.withLock { $0.append(body) } }

    /// Moves the write-ahead log into the file, after everything that waits.
    func checkpoint() {
        // The log is kept and read again at the next start when this fails.
        _ = try? writer.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }

    /// One write and its caller, who waits.
    private struct Member: Sendable {
        /// Runs the body and returns how to tell the caller of its success.
        let perform: @Sendable (Writing) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    func write<Result: Sendable>(_ body: @escaping @Sendable (Writing) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
            let member = Member(
                perform: { writing in
                    let result = try body(writing)
                    return { continuation.resume(returning: result) }
                },
                fail: { continuation.resume(throwing: $0) })
            let isFirst = waiting.withLock { waiting in
                waiting.append(member)
                return waiting.count == 1
            }
            // Those who come while the connection is busy find the first one waiting, and go with it.
            if isFirst { writer.asyncWriteWithoutTransaction { self.commitWaiting($0) } }
        }
    }

    private func commitWaiting(_ database: Database) {
        while true {
            let group = waiting.withLock { waiting in
                defer { waiting.removeFirst(min(waiting.count, GroupCommit.most)) }
                return Array(waiting.prefix(GroupCommit.most))
            }
            guard !group.isEmpty else { return }
            commit(group, database)
        }
    }

    private func commit(_ group: [Member], _ database: Database) {
        let before = database.totalChangesCount
        var successes: [@Sendable () -> Void] = []
        // Those of the group who were not told yet, the ones before this index but without the ones that failed.
        var kept: [Member] = []
        var next = 0
        let writing = Writing(database: database, tally: Writing.Tally())
        do {
            try database.inTransaction(.immediate) {
                while next < group.count {
                    let member = group[next]
                    do {
                        try database.inSavepoint {
                            successes.append(try member.perform(writing))
                            return .commit
                        }
                        kept.append(member)
                    } catch  where database.isInsideTransaction {
                        if successes.count > kept.count { successes.removeLast() }
                        member.fail(translated(error))
                    }
                    next += 1
                }
                return .commit
            }
        } catch {
            // Not begun, not committed, or undone by SQLite in the middle, as it does when the disk is full.
            for member in kept + group[next...] { member.fail(translated(error)) }
            return
        }
        if database.totalChangesCount != before {
            changes.add(1, ordering: .releasing)
            if writing.tally.events > 0 { appended.add(1, ordering: .releasing) }
            for listener in listeners.withLock({ $0 }) { listener() }
        }
        for tell in successes { tell() }
    }

    private func translated(_ error: any Error) -> any Error {
        (error as? DatabaseError).map { StoreError($0, path: path) } ?? error
    }
}
