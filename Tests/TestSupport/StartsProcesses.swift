import Synchronization
package import Testing

/// Tests that start engines, workers or servers. Few of them run at once: processes that wait for each other's turn on
/// a small machine would outlast any patience.
package struct StartsProcesses: TestTrait, SuiteTrait, TestScoping {
    private static let places = Places(2)

    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Self.places.enter()
        defer { Self.places.leave() }
        try await body()
    }
}

extension Trait where Self == StartsProcesses {
    /// The test, or each of the suite's, starts processes.
    package static var processes: Self { Self() }
}

/// Lets so many in at once, in the order in which they came.
private final class Places: Sendable {
    private let state: Mutex<(free: Int, line: [CheckedContinuation<Void, Never>])>

    init(_ count: Int) { state = Mutex((count, [])) }

    func enter() async {
        await withCheckedContinuation { turn in
            let isIn = state.withLock { state in
                if state.free == 0 {
                    state.line.append(turn)
                    return false
                }
                state.free -= 1
                return true
            }
            if isIn { turn.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.line.isEmpty {
                state.free += 1
                return nil
            }
            return state.line.removeFirst()
        }
        next?.resume()
    }
}
