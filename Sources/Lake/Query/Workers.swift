/// Who waits for a slot, and before whom.
package enum SlotPriority: Int, Sendable, Hashable, Codable, Comparable {
    case interactive, daily, backfill

    package static func < (left: SlotPriority, right: SlotPriority) -> Bool { left.rawValue < right.rawValue }
}

/// What a statement's holder is told while it waits and runs.
package enum StatementProgress: Sendable, Hashable {
    /// In words: "slot 2 of 2 held by backfill #7 day 2026-06-03".
    case waiting(String)
    case started
    /// 0…1, where DuckDB knows.
    case fraction(Double)
}

/// The slots: worker processes kept warm, each running one statement at a time.
package final class Workers: Sendable {
    package struct Settings: Sendable {
        package var slots: Int
        /// Bytes for each slot; nil: 60 % of RAM / slots.
        package var memory: Int64?
        /// The program started as `executable worker …`; the running binary by default.
        package var executable: String
        /// For spill files and logs; made if absent.
        package var directory: String

        package init(slots: Int, memory: Int64?, executable: String, directory: String) {
            self.slots = slots
            self.memory = memory
            self.executable = executable
            self.directory = directory
        }
    }

    package init(_ settings: Settings) { fatalError("contract") }

    /// Keeps the workers alive until it is cancelled, then ends them. `started` is told each child's pid.
    package func run(started: @escaping @Sendable (Int32) async -> Void = { _ in }) async throws {
        fatalError("contract")
    }

    /// Runs a statement when a slot is free. A timeout or the task's cancellation stops it at once: the statement is
    /// interrupted until its reply, then the worker is killed. The slot is free when this returns.
    /// Throws `WorkFailure`.
    package func perform(
        _ statement: Statement, holder: String, priority: SlotPriority, timeout: Duration? = nil,
        progress: @escaping @Sendable (StatementProgress) -> Void = { _ in }
    ) async throws -> StatementResult { fatalError("contract") }

    package var load: (total: Int, busy: Int, waiting: Int) { fatalError("contract") }
}
