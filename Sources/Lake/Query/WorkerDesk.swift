import DuckDB
import Foundation

/// Where a worker's three threads meet: the statement that is asked for (at most one, as the engine sends no second
/// before a reply), the session that performs it, and whether it is cancelled.
final class WorkerDesk: Sendable {
    struct Running: Sendable {
        let id: Int64
        let handle: SessionHandle
    }

    private struct State {
        /// From its arrival until `end`.
        var current: Int64?
        var waiting: (id: Int64, statement: Statement)?
        var running: Running?
        var isCancelled = false
    }

    private let condition = NSCondition()
    /// Safe: read and written only while `condition` is locked.
    nonisolated(unsafe) private var state = State()

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }

    func put(_ id: Int64, _ statement: Statement) {
        locked { state = State(current: id, waiting: (id, statement)) }
        condition.broadcast()
    }

    /// Waits for the next statement.
    func take() -> (id: Int64, statement: Statement) {
        locked {
            while true {
                if let next = state.waiting {
                    state.waiting = nil
                    return next
                }
                condition.wait()
            }
        }
    }

    /// The statement runs now, in a session that this handle reaches.
    func begin(_ id: Int64, _ handle: SessionHandle) {
        locked { state.running = Running(id: id, handle: handle) }
        condition.broadcast()
    }

    /// When this returns no interrupt is on its way any more.
    func end() { locked { state = State() } }

    /// A cancel of a statement that has ended does nothing.
    func cancel(_ id: Int64) {
        locked { if state.current == id { state.isCancelled = true } }
        condition.broadcast()
    }

    func isCancelled(_ id: Int64) -> Bool { locked { state.current == id && state.isCancelled } }

    func waitForStatement() -> Running {
        locked {
            while true {
                if let running = state.running { return running }
                condition.wait()
            }
        }
    }

    /// Interrupts under the lock, so that it can't hit the statement after; false when there is nothing to interrupt.
    func interruptIfCancelled() -> Bool {
        locked {
            guard let running = state.running, state.isCancelled else { return false }
            running.handle.interrupt()
            return true
        }
    }

    /// Waits until something happens here, at most so long; whether that statement still runs, uncancelled.
    func stillRuns(_ running: Running, after pause: TimeInterval) -> Bool {
        locked {
            _ = condition.wait(until: Date(timeIntervalSinceNow: pause))
            return state.running?.id == running.id && !state.isCancelled
        }
    }
}
