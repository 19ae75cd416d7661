import Testing

@testable import Lake

@Suite struct DeliveryPolicyTests {
    private let policy = DeliveryPolicy(size: 1000, interval: .seconds(60))

    private func decide(
        bytes: Int = 10, waited: Duration? = .seconds(1), failures: (count: Int, ago: Duration)? = nil,
        paused: Bool = false
    ) -> DeliveryPolicy.Decision {
        policy.decide(
            bytes: bytes, waited: waited, failure: failures.map { .init(count: $0.count, ago: $0.ago) }, paused: paused)
    }

    @Test func `it delivers by size or by interval, whichever comes first`() {
        #expect(decide() == .wait(.seconds(59)))
        #expect(decide(bytes: 999) == .wait(.seconds(59)))
        #expect(decide(bytes: 1000) == .deliver)
        #expect(decide(waited: .seconds(60)) == .deliver)
        #expect(decide(bytes: 0, waited: nil) == .wait(nil))
    }

    @Test func `paused, or with nothing to deliver, it waits for a ring alone`() {
        #expect(decide(bytes: 5000, waited: .seconds(900), paused: true) == .wait(nil))
        #expect(decide(waited: nil, failures: (3, .seconds(900))) == .wait(nil))
    }

    @Test func `after failures it waits longer each time, at most a minute, whatever is due`() {
        #expect([1, 2, 3, 6, 7, 1000].map(DeliveryPolicy.delay) == [1, 2, 4, 32, 60, 60].map { .seconds($0) })
        #expect(decide(bytes: 5000, failures: (3, .seconds(1))) == .wait(.seconds(3)))
        #expect(decide(failures: (3, .seconds(4))) == .deliver)
    }
}
