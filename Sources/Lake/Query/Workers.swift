import Foundation
import Store
import Synchronization

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

/// The slots: worker processes kept warm, each running one statement at a time. Making one ignores SIGPIPE in this
/// process: a worker that dies shows by its replies' end.
package final class Workers: Sendable {
    package struct Settings: Sendable {
        package var slots: Int
        /// Bytes for each slot; nil: 60 % of RAM / slots.
        package var memory: Int64?
        /// The program started as `executable worker …`; the running binary by default.
        package var executable: String
        /// For spill files; made if absent.
        package var directory: String
        /// For `worker-N.log`, which holds what a worker wrote on standard error since it started; made if absent.
        package var logDirectory: String
        /// How long a statement that was asked to stop may take to reply; then its worker is killed.
        var patience: Duration = .seconds(1)

        package init(
            slots: Int, memory: Int64?, executable: String, directory: String, logDirectory: String? = nil
        ) {
            self.slots = slots
            self.memory = memory
            self.executable = executable
            self.directory = directory
            self.logDirectory = logDirectory ?? directory
        }

        var memoryOfSlot: Int64 {
            memory ?? Int64(ProcessInfo.processInfo.physicalMemory) * 6 / 10 / Int64(max(1, slots))
        }
    }

    private struct Waiter {
        let continuation: CheckedContinuation<WorkerChild, any Error>
        let progress: @Sendable (StatementProgress) -> Void
    }

    private struct State {
        var table: SlotTable
        var children: [Int: WorkerChild] = [:]
        var lastTicket: SlotTable.Ticket = 0
        var waiters: [SlotTable.Ticket: Waiter] = [:]
        var hasEnded = false
    }
    private let settings: Settings
    private let state: Mutex<State>

    package init(_ settings: Settings) {
        signal(SIGPIPE, SIG_IGN)
        self.settings = settings
        state = Mutex(State(table: SlotTable(count: max(1, settings.slots))))
    }

    package var load: (total: Int, busy: Int, waiting: Int) { state.withLock { $0.table.load } }

    // MARK: Statements

    /// Runs a statement when a slot is free; before `run` is active it waits for that, and after `run` has ended it is
    /// refused as `Weir.Cancelled`. A timeout, counted from the statement's start, or the task's cancellation stops it
    /// at once: it is interrupted until its reply, and its worker killed if there is none for a second. The slot is
    /// free when this returns. Throws `WorkFailure`.
    package func perform(
        _ statement: Statement, holder: String, priority: SlotPriority, timeout: Duration? = nil,
        progress: @escaping @Sendable (StatementProgress) -> Void = { _ in }
    ) async throws -> StatementResult {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let worker = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(ticket, holder, priority, Waiter(continuation: continuation, progress: progress))
                // The handler may have run before there was a waiter to withdraw.
                if Task.isCancelled { withdraw(ticket) }
            }
        } onCancel: {
            withdraw(ticket)
        }
        defer { change { $0.table.release(ticket) } }
        guard !Task.isCancelled else { throw WorkerCall.Stop.cancelled.failure }
        progress(.started)
        return try await worker.perform(statement, timeout: timeout, progress: progress)
    }

    private func enter(_ ticket: SlotTable.Ticket, _ holder: String, _ priority: SlotPriority, _ waiter: Waiter) {
        var isRefused = false
        change { state in
            isRefused = state.hasEnded
            guard !isRefused else { return [] }
            state.waiters[ticket] = waiter
            return state.table.ask(ticket, holder: holder, priority: priority)
        }
        if isRefused { waiter.continuation.resume(throwing: WorkerCall.Stop.stopping.failure) }
    }

    /// Does nothing when the ticket has its slot already.
    private func withdraw(_ ticket: SlotTable.Ticket) {
        var waiter: Waiter?
        change { state in
            waiter = state.waiters.removeValue(forKey: ticket)
            return waiter == nil ? [] : state.table.withdraw(ticket)
        }
        waiter?.continuation.resume(throwing: WorkerCall.Stop.cancelled.failure)
    }

    /// Changes the table and carries out what follows from that. A waiter is there exactly while the table has its
    /// ticket waiting, and a child while its slot is not down.
    private func change(_ body: (inout State) -> [SlotTable.Effect]) {
        let calls = state.withLock { state in
            body(&state).compactMap { effect -> (() -> Void)? in
                switch effect {
                case .start(let ticket, let slot):
                    guard let waiter = state.waiters.removeValue(forKey: ticket), let child = state.children[slot]
                    else { return nil }
                    return { waiter.continuation.resume(returning: child) }
                case .tell(let ticket, let text):
                    guard let waiter = state.waiters[ticket] else { return nil }
                    return { waiter.progress(.waiting(text)) }
                case .refuse(let ticket, let reason):
                    guard let waiter = state.waiters.removeValue(forKey: ticket) else { return nil }
                    return { waiter.continuation.resume(throwing: WorkFailure(.workerCrashed, reason)) }
                }
            }
        }
        for call in calls { call() }
    }

    // MARK: Workers

    /// Keeps the workers alive until it is cancelled, then ends them and returns. `started` is told each child's pid.
    package func run(started: @escaping @Sendable (Int32) async -> Void = { _ in }) async throws {
        await withTaskCancellationHandler {
            await withTaskGroup { group in
                for slot in 0..<load.total { group.addTask { await self.keep(slot, started) } }
            }
        } onCancel: {
            end()
        }
    }

    private func end() {
        var waiters: [Waiter] = []
        change { state in
            state.hasEnded = true
            waiters = Array(state.waiters.values)
            let tickets = state.waiters.keys
            state.waiters = [:]
            return tickets.flatMap { state.table.withdraw($0) }
        }
        for waiter in waiters { waiter.continuation.resume(throwing: WorkerCall.Stop.stopping.failure) }
    }

    /// Starts a worker for a slot again and again. One that does not even become ready is tried less and less often.
    private func keep(_ slot: Int, _ started: @Sendable (Int32) async -> Void) async {
        let queue = BlockingQueue("weir.worker.launch")
        let settings = settings
        var pause = Duration.zero
        while !Task.isCancelled {
            do {
                let launch = try await queue.run { try WorkerLaunch(number: slot + 1, settings: settings) }
                await started(launch.process)
                let ending = await serve(WorkerChild(number: slot + 1, launch, patience: settings.patience), in: slot)
                pause = ending.wasReady ? .zero : min(.seconds(5), max(.milliseconds(200), pause * 2))
            } catch {
                let reason = (error as? WorkFailure)?.message ?? "\(error)"
                change { $0.table.lost(slot, failure: reason) }
                pause = min(.seconds(5), max(.milliseconds(200), pause * 2))
            }
            try? await Task.sleep(for: pause)
        }
    }

    private func serve(_ child: WorkerChild, in slot: Int) async -> WorkerEnding {
        state.withLock { $0.children[slot] = child }
        return await withTaskCancellationHandler {
            await child.serve(
                ready: { self.change { $0.table.ready(slot) } },
                gone: { ending in
                    self.change { $0.table.lost(slot, failure: ending.wasReady ? nil : ending.failure.message) }
                })
        } onCancel: {
            child.stop()
        }
    }
}
