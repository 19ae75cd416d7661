import TestSupport
import Testing

@testable import Lake

@Suite struct DoorbellTests {
    @Test func `a ring while nobody sleeps is remembered, as one`() async {
        let bell = Doorbell()
        bell.ring()
        bell.ring()
        await bell.wait(atMost: nil)
        // The second is gone: this one returns by its time alone.
        await bell.wait(atMost: .milliseconds(1))
    }

    @Test func `whoever sleeps wakes at a ring, at the time, or when it is cancelled`() async throws {
        let bell = Doorbell()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await bell.wait(atMost: nil) }
            bell.ring()
        }
        await bell.wait(atMost: .zero)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await bell.wait(atMost: nil) }
            group.cancelAll()
        }
    }
}
