import Synchronization

/// Lets a limited number of tasks in at once, in the order in which they came. A task that is cancelled while it
/// waits leaves the line.
final class Gate: Sendable {
    let limit: Int
    private let state = Mutex(State())

    private struct State {
        var inside = 0
        var nextTicket = 0
        var line: [(ticket: Int, turn: CheckedContinuation<Void, any Error>)] = []
    }

    init(_ limit: Int) {
        precondition(limit > 0)
        self.limit = limit
    }

    /// Runs the body when there is room. `waiting` is called once when there is none at first. Throws
    /// `CancellationError` when the task is cancelled before its turn, and what the body throws.
    func pass<Result>(
        waiting: @Sendable () -> Void = {}, _ body: () async throws -> Result
    ) async throws -> Result {
        try await enter(waiting)
        defer { leave() }
        return try await body()
    }

    /// The first half of `pass`; `leave` is the second.
    func enter(_ waiting: @Sendable () -> Void = {}) async throws {
        let ticket: Int? = state.withLock { state in
            if state.inside < limit {
                state.inside += 1
                return nil
            }
            state.nextTicket += 1
            return state.nextTicket
        }
        guard let ticket else { return }
        waiting()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { turn in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    // Cancelled already, or somebody left meanwhile.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.inside < limit {
                        state.inside += 1
                        return .success(())
                    }
                    state.line.append((ticket, turn))
                    return nil
                }
                if let answer { turn.resume(with: answer) }
            }
        } onCancel: {
            let left = state.withLock { state in
                state.line.firstIndex { $0.ticket == ticket }.map { state.line.remove(at: $0).turn }
            }
            left?.resume(throwing: CancellationError())
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.line.isEmpty else {
                state.inside -= 1
                return nil
            }
            // The place goes straight to the next in line.
            return state.line.removeFirst().turn
        }
        next?.resume()
    }
}

/// Gates of one, by name: what has the same name happens one after the other.
final class Gates: Sendable {
    private let gates = Mutex<[String: Gate]>([:])

    subscript(_ name: String) -> Gate {
        gates.withLock { gates in
            if let gate = gates[name] { return gate }
            let gate = Gate(1)
            gates[name] = gate
            return gate
        }
    }
}
