import Lake

/// What a step's `retry` rules say of a failure, as the Amazon States Language defines Retriers: the first rule that
/// names the error is used, however many come after it; each rule counts its own retries; the wait is
/// `interval × backoff^(n-1)` before the rule's n-th retry, never more than `max-delay`, and with full jitter a
/// random part of that.
struct RetryPolicy: Sendable, Hashable {
    /// Matches every error except `Weir.Cancelled`, which nothing retries and nothing catches.
    static let all = "Weir.ALL"
    /// How often a step is run again after its engine went away, without using up the policy.
    static let freeRestarts = 3
    /// The specification's ceiling for `MaxDelaySeconds`; waits never pass it.
    static let longestDelay = Duration.seconds(31_622_400)

    var retriers: [Retrier]

    enum Decision: Sendable, Hashable {
        /// Wait, then try again; the retry is counted against the rule with this index.
        case retry(rule: Int, after: Duration)
        case giveUp
    }

    /// What to do after a failure. `spent` holds the retries that each rule has given since the policy was fresh
    /// (rules without an entry: none); `chance`, in 0..<1, is used only by rules with jitter.
    func decide(_ error: WorkFailure.Name, spent: [Int: Int], chance: Double) -> Decision {
        guard let rule = retriers.firstIndex(where: { Self.matches($0.errors, error) }) else { return .giveUp }
        let given = spent[rule] ?? 0
        guard given < retriers[rule].attempts else { return .giveUp }
        return .retry(rule: rule, after: delay(retriers[rule], retry: given + 1, chance: chance))
    }

    static func matches(_ errors: [String], _ error: WorkFailure.Name) -> Bool {
        guard error != .cancelled else { return false }
        return errors.contains { $0 == error.rawValue || $0 == all }
    }

    private func delay(_ retrier: Retrier, retry: Int, chance: Double) -> Duration {
        let ceiling = min(retrier.maxDelay ?? Self.longestDelay, Self.longestDelay).inSeconds
        var growth = 1.0
        for _ in 1..<retry where growth < Double.greatestFiniteMagnitude { growth *= retrier.backoff }
        let seconds = min(retrier.interval.inSeconds * growth, ceiling)
        return .milliseconds(Int64((seconds * 1000 * (retrier.fullJitter ? chance : 1)).rounded()))
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
