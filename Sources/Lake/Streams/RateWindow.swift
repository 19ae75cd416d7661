/// How many records and bytes came in each of the last 60 seconds. Seconds are counted by any clock that only rises.
struct RateWindow: Sendable {
    static let length = 60
    /// Over how many whole seconds a rate is taken.
    static let span = 5

    private var records = [Int](repeating: 0, count: length)
    private var bytes = [Int](repeating: 0, count: length)
    private var newest: Int

    init(second: Int) { newest = second }

    mutating func add(records count: Int, bytes size: Int, second: Int) {
        advance(to: second)
        records[newest % Self.length] += count
        bytes[newest % Self.length] += size
    }

    /// Records in each second, oldest first; the last one has only begun.
    mutating func history(second: Int) -> [Int] {
        advance(to: second)
        return (1...Self.length).map { records[(newest + $0) % Self.length] }
    }

    /// The mean of the last whole seconds.
    mutating func perSecond(second: Int) -> (records: Double, bytes: Double) {
        advance(to: second)
        let slots = (1...Self.span).map { (newest + Self.length - $0) % Self.length }
        return (
            Double(slots.reduce(0) { $0 + records[$1] }) / Double(Self.span),
            Double(slots.reduce(0) { $0 + bytes[$1] }) / Double(Self.span)
        )
    }

    private mutating func advance(to second: Int) {
        guard second > newest else { return }
        for passed in (max(newest, second - Self.length) + 1)...second {
            records[passed % Self.length] = 0
            bytes[passed % Self.length] = 0
        }
        newest = second
    }
}
