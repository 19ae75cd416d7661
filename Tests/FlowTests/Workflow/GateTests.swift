import Synchronization
import TestSupport
import Testing

@testable import Flow

@Suite struct GateTests {
    @Test func `no more are inside than the limit, whatever is cancelled meanwhile, and no place is lost`() async throws
    {
        let gate = Gate(3)
        let inside = Crowd()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    await withTaskGroup(of: Void.self) { one in
                        one.addTask {
                            try? await gate.pass {
                                inside.enter()
                                await Task.yield()
                                inside.leave()
                            }
                        }
                        if number % 3 == 0 { one.cancelAll() }
                    }
                }
            }
        }
        #expect(inside.most <= 3)
        #expect(inside.now == 0)
        // All three places are there.
        for _ in 0..<3 { try await gate.enter { Issue.record("a place was lost") } }
    }

    @Test func `who waits is told, and leaves the line when cancelled`() async throws {
        let gate = Gate(1)
        try await gate.enter()
        let told = AsyncStream<Void>.makeStream()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await gate.enter { told.continuation.yield() }
                    return true
                } catch {
                    return false
                }
            }
            for await _ in told.stream { break }
            group.cancelAll()
            #expect(await group.next() == false)
        }
        gate.leave()
        try await gate.enter { Issue.record("nobody is inside") }
    }
}

private final class Crowd: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { counts.withLock { $0.now -= 1 } }
    var now: Int { counts.withLock { $0.now } }
    var most: Int { counts.withLock { $0.most } }
}
