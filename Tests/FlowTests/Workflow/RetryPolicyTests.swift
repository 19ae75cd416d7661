import Lake
import Testing

@testable import Flow

/// Cases of the Amazon States Language specification (states-language.net, "Retrying after error") in Weir's names.
@Suite struct RetryPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var retriers: [Retrier]
        var failures: [WorkFailure.Name]
        /// The wait before each further attempt in seconds; nil where the policy gives up.
        var waits: [Double?]
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "the specification's first example: 3 s, then 4.5 s, then it fails",
            retriers: [Retrier(.timeout, interval: 3, attempts: 2, backoff: 1.5)],
            failures: [.timeout, .timeout, .timeout], waits: [3, 4.5, nil]),
        Case(
            name: "the specification's last example: each rule counts its own retries, and the first match decides",
            retriers: [
                Retrier(.queryFailed, .workerCrashed, interval: 1, attempts: 2, backoff: 2),
                Retrier(.loadFailed, interval: 5, attempts: 3, backoff: 2),
            ],
            failures: [.queryFailed, .workerCrashed, .loadFailed, .workerCrashed], waits: [1, 2, 5, nil]),
        Case(
            name: "a spent first rule is not replaced by a later one that also matches",
            retriers: [
                Retrier(.queryFailed, interval: 1, attempts: 1, backoff: 1),
                Retrier(all: 9, attempts: 5, backoff: 1),
            ],
            failures: [.queryFailed, .loadFailed, .queryFailed], waits: [1, 9, nil]),
        Case(
            name: "attempts of 0 means never",
            retriers: [
                Retrier(.checkFailed, interval: 1, attempts: 0, backoff: 1), Retrier(all: 1, attempts: 9, backoff: 1),
            ],
            failures: [.checkFailed], waits: [nil]),
        Case(
            name: "an error that no rule names is not retried",
            retriers: [Retrier(.timeout, interval: 1, attempts: 9, backoff: 1)], failures: [.queryFailed], waits: [nil]),
        Case(
            name: "max-delay bounds the growth",
            retriers: [Retrier(.timeout, interval: 3, attempts: 5, backoff: 2, maxDelay: 10)],
            failures: [.timeout, .timeout, .timeout, .timeout, .timeout, .timeout], waits: [3, 6, 10, 10, 10, nil]),
        Case(
            name: "Weir.ALL matches every error but a cancellation",
            retriers: [Retrier(all: 2, attempts: 9, backoff: 1)],
            failures: [.engineRestarted, .queryScanLimit, .cancelled], waits: [2, 2, nil]),
        Case(
            name: "a rule can't name a cancellation either",
            retriers: [Retrier(.cancelled, interval: 1, attempts: 9, backoff: 1)], failures: [.cancelled], waits: [nil]),
        Case(
            name: "a growth beyond all numbers ends at the specification's ceiling",
            retriers: [Retrier(.timeout, interval: 1, attempts: 9, backoff: 1e300)],
            failures: [.timeout, .timeout, .timeout, .timeout], waits: [1, 31_622_400, 31_622_400, 31_622_400]),
        Case(name: "no rules, no retries", retriers: [], failures: [.timeout], waits: [nil]),
    ]

    @Test(arguments: cases) func `failures wait as the rules say`(_ example: Case) {
        let policy = RetryPolicy(retriers: example.retriers)
        var spent: [Int: Int] = [:]
        var waits: [Double?] = []
        for failure in example.failures {
            switch policy.decide(failure, spent: spent, chance: 0.5) {
            case .retry(let rule, let after):
                spent[rule, default: 0] += 1
                waits.append(after.inSeconds)
            case .giveUp: waits.append(nil)
            }
        }
        #expect(waits == example.waits)
    }

    @Test(arguments: [(0.0, 0.0), (0.25, 1.0), (0.999, 3.996)]) func `full jitter waits a random part of the delay`(
        chance: Double, seconds: Double
    ) {
        let policy = RetryPolicy(retriers: [Retrier(.timeout, interval: 2, attempts: 3, backoff: 2, fullJitter: true)])
        let decision = policy.decide(.timeout, spent: [0: 1], chance: chance)
        #expect(decision == .retry(rule: 0, after: .milliseconds(Int64(seconds * 1000))))
    }
}

extension Retrier {
    init(
        _ errors: WorkFailure.Name..., interval: Double, attempts: Int, backoff: Double, maxDelay: Double? = nil,
        fullJitter: Bool = false
    ) {
        self.init(
            errors: errors.map(\.rawValue), interval: .seconds(interval), attempts: attempts, backoff: backoff,
            maxDelay: maxDelay.map { .seconds($0) }, fullJitter: fullJitter)
    }

    init(all interval: Double, attempts: Int, backoff: Double) {
        self.init(
            errors: ["Weir.ALL"], interval: .seconds(interval), attempts: attempts, backoff: backoff, maxDelay: nil,
            fullJitter: false)
    }
}
