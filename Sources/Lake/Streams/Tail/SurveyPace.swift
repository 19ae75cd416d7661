/// When to look at folders again: each second, or as soon as names changed; but where there are so many files that a look
/// takes long, not so often that looking is all it does.
struct SurveyPace {
    static let rest = Duration.seconds(1)
    static let longestRest = Duration.seconds(60)

    private var began: ContinuousClock.Instant?
    private var took = Duration.zero

    mutating func looked(from began: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        self.began = began
        took = end - began
    }

    /// Whether it is time for a look although nothing tells of changes: a hundredth of the time at most.
    func isDue(at now: ContinuousClock.Instant) -> Bool { hasPassed(max(Self.rest, took * 100), at: now) }

    /// Whether names that changed may be looked at already: a tenth of the time at most.
    func allowsChanges(at now: ContinuousClock.Instant) -> Bool { hasPassed(took * 10, at: now) }

    private func hasPassed(_ time: Duration, at now: ContinuousClock.Instant) -> Bool {
        guard let began else { return true }
        return now - began >= min(time, Self.longestRest)
    }
}
