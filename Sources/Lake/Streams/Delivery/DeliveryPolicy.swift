/// When a stream's buffer is delivered. A decision about values; time comes in.
struct DeliveryPolicy: Hashable, Sendable {
    /// Deliver when so many bytes wait, or the oldest has waited so long.
    var size: Int64
    var interval: Duration

    enum Decision: Hashable, Sendable {
        case deliver
        /// Look again after the time, or when records come; nil: only then.
        case wait(Duration?)
    }

    /// What an attempt that failed leaves behind.
    struct Failure: Hashable, Sendable {
        /// In a row.
        var count: Int
        /// Since the last one.
        var ago: Duration
    }

    func decide(bytes: Int, waited: Duration?, failure: Failure?, paused: Bool) -> Decision {
        guard !paused, let waited else { return .wait(nil) }
        if let failure {
            let delay = Self.delay(afterFailures: failure.count)
            return failure.ago >= delay ? .deliver : .wait(delay - failure.ago)
        }
        if Int64(bytes) >= size || waited >= interval { return .deliver }
        return .wait(interval - waited)
    }

    /// 1, 2, 4 … 60 s.
    static func delay(afterFailures count: Int) -> Duration { .seconds(min(60, 1 << min(count - 1, 6))) }
}
