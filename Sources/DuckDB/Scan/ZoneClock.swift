import Foundation

/// A time zone's offsets, remembered: asking the system for each record would cost more than reading it.
struct ZoneClock {
    private static let span = 900

    private let zone: TimeZone
    private var offsets: [Int: Int?] = [:]
    private var lastSpan = Int.min
    private var lastOffset = 0

    /// nil when there is no such zone.
    init?(_ identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        self.zone = zone
    }

    /// Seconds that local time is ahead of UTC at a moment, in seconds since 1970.
    mutating func offset(at second: Int) -> Int {
        let span = second.floorDivided(by: Self.span)
        if span == lastSpan { return lastOffset }
        guard let offset = offset(ofSpan: span) else { return system(second) }
        (lastSpan, lastOffset) = (span, offset)
        return offset
    }

    /// The moment at which clocks show a local time. Where they show it twice, or never, one of the two readings.
    mutating func moment(ofLocal second: Int) -> Int {
        let guess = second - offset(at: second)
        return second - offset(at: guess)
    }

    /// The day since 1970-01-01, or the hour since its midnight, that holds a moment in local time.
    mutating func partition(of second: Int, hourly: Bool) -> Int {
        (second + offset(at: second)).floorDivided(by: hourly ? 3600 : 86400)
    }

    /// nil where the offset changes within the quarter of an hour.
    private mutating func offset(ofSpan span: Int) -> Int? {
        if let known = offsets[span] { return known }
        let (first, last) = (system(span * Self.span), system(span * Self.span + Self.span - 1))
        // A sender may send any time there is: the memory of them is bounded.
        if offsets.count >= 4096 { offsets.removeAll() }
        offsets[span] = .some(first == last ? first : nil)
        return first == last ? first : nil
    }

    private func system(_ second: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }
}

extension Int {
    @inline(__always)
    func floorDivided(by divisor: Int) -> Int {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
