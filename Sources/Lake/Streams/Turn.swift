import Synchronization

/// One at a time, in the order of asking.
final class Turn: Sendable {
    private struct State {
        var taken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    /// Waits for its turn, which can't be cancelled, and gives it back when the body ends.
    func take<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        await withCheckedContinuation { continuation in
            let mine = state.withLock { state in
                if state.taken { state.waiting.append(continuation) }
                defer { state.taken = true }
                return !state.taken
            }
            if mine { continuation.resume() }
        }
        defer { giveBack() }
        return try await body()
    }

    private func giveBack() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.taken = false
            return nil
        }
        next?.resume()
    }
}
