import Synchronization

/// Wakes its one sleeper. Rings while nobody sleeps are remembered as one.
final class Doorbell: Sendable {
    private enum State {
        case quiet, rung
        case sleeping(CheckedContinuation<Void, Never>)
    }
    private let state = Mutex(State.quiet)

    func ring() {
        let sleeper: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard case .sleeping(let sleeper) = state else {
                state = .rung
                return nil
            }
            state = .quiet
            return sleeper
        }
        sleeper?.resume()
    }

    /// Returns at a ring, or after the time (nil: never), or when the task is cancelled.
    func wait(atMost time: Duration?) async {
        guard let time else { return await wait() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: time) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goOn = state.withLock { state in
                    if Task.isCancelled { return true }
                    switch state {
                    case .rung:
                        state = .quiet
                        return true
                    case .quiet:
                        state = .sleeping(continuation)
                        return false
                    case .sleeping: preconditionFailure("two sleepers at one doorbell")
                    }
                }
                if goOn { continuation.resume() }
            }
        } onCancel: {
            let sleeper: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard case .sleeping(let sleeper) = state else { return nil }
                state = .quiet
                return sleeper
            }
            sleeper?.resume()
        }
    }
}
