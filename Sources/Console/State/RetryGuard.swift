import Terminal

/// Decides whether a press of the retry key is meant. A key that is held down repeats; so a second retry of the same
/// step counts only after the key has been silent for half a second.
struct RetryGuard: Sendable, Hashable {
    struct Target: Sendable, Hashable {
        var run: Int64
        var step: String?
    }
    static let silence: InputDecoder.Instant = 500

    private var target: Target?
    private var pressed: InputDecoder.Instant = 0

    mutating func accepts(_ target: Target, at now: InputDecoder.Instant) -> Bool {
        let repeats = self.target == target && now - pressed < Self.silence
        self.target = target
        pressed = now
        return !repeats
    }
}
