/// Short words at the foot of the screen that go away by themselves. The newest is shown; a failure stays longer.
struct Notices: Sendable, Hashable {
    enum Kind: Sendable, Hashable { case done, failed, said }
    struct Notice: Sendable, Hashable {
        var text: String
        var kind: Kind
        /// Milliseconds since 1970.
        var until: Int64
    }
    private(set) var newest: Notice?

    mutating func show(_ text: String, _ kind: Kind, now: Int64) {
        // One line: the rest is in the log and on the run's screen.
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
        newest = Notice(text: line, kind: kind, until: now + (kind == .failed ? 12_000 : 6_000))
    }
    mutating func expire(now: Int64) {
        if let notice = newest, notice.until <= now { newest = nil }
    }
    mutating func clear() { newest = nil }
}
