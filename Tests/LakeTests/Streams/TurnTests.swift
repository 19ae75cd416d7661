import Synchronization
import Testing

@testable import Lake

@Suite struct TurnTests {
    /// How many are inside, and how many were at most.
    private final class Inside: Sendable {
        private let counts = Mutex((now: 0, most: 0))
        var most: Int { counts.withLock(\.most) }

        func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { counts.withLock { $0.now -= 1 } }
    }

    @Test func `one has the turn at a time, and it comes back after a failure`() async throws {
        let turn = Turn()
        let inside = Inside()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try? await turn.take {
                        inside.enter()
                        await Task.yield()
                        inside.leave()
                        if number % 3 == 0 { throw CancellationError() }
                    }
                }
            }
        }
        #expect(inside.most == 1)
        #expect(await turn.take { 7 } == 7)
    }
}
