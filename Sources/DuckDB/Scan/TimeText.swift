/// Times as logs write them, in microseconds since 1970 UTC.
///
/// - ISO 8601: `2026-11-21T05:06:07.123456+09:00`, also with a space, slashes, a comma before the fraction, without
///   seconds, fraction or offset (`Z`, `+09`, `+0900`, `+09:00`, ` UTC`), or as a date alone
/// - the common log format: `21/Nov/2026:05:06:07 +0900`
/// - RFC 5322 (2822): `Sat, 21 Nov 2026 05:06:07 +0900`, or ` GMT`
/// - a number since 1970 of seconds, milliseconds, microseconds or nanoseconds, by its size, with or without quotes
///
/// A time without an offset is in the zone of the clock.
enum TimeText {
    /// Years 1 to 9999: what a partition's name can hold.
    private static let range = -62_135_596_800_000_000...253_402_300_799_999_999
    /// The same in days since 1970.
    static let days = -719_162...2_932_896

    static func isInRange(_ microseconds: Int) -> Bool { range.contains(microseconds) }

    static func read(_ start: Bytes, _ count: Int, _ clock: inout ZoneClock) -> Int? {
        var reader = TimeReader(at: start, end: start + count)
        guard count >= 8, count <= 64 else { return epoch(start, count) }
        if start[0] &- 48 <= 9 {
            if start[4] == UInt8(ascii: "-") || start[4] == UInt8(ascii: "/") { return reader.iso(&clock) }
            if start[2] == UInt8(ascii: "/") { return reader.commonLog(&clock) }
            if start[2] == UInt8(ascii: " ") || start[1] == UInt8(ascii: " ") { return reader.mail(&clock) }
        } else if start[3] == UInt8(ascii: ",") {
            reader.at += 4
            return reader.mail(&clock)
        }
        return epoch(start, count)
    }

    /// A number of JSON's grammar since 1970; its unit follows from its size (a time after 5138 in seconds would be
    /// read as milliseconds).
    static func epoch(_ start: Bytes, _ count: Int) -> Int? {
        guard count > 0, count <= 40 else { return nil }
        if let number = NumberText.integer(start, count).map(Int.init) {
            switch number.magnitude {
            case ..<100_000_000_000: return number * 1_000_000
            case ..<100_000_000_000_000: return number * 1000
            case ..<100_000_000_000_000_000: return number
            default: return number / 1000
            }
        }
        guard let real = Double(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)),
            real.isFinite
        else { return nil }
        let microseconds: Double
        switch real.magnitude {
        case ..<1e11: microseconds = real * 1e6
        case ..<1e14: microseconds = real * 1e3
        case ..<1e17: microseconds = real
        default: microseconds = real / 1e3
        }
        return Int(exactly: microseconds.rounded())
    }
}

/// Reads a time's parts from left to right.
struct TimeReader {
    var at: Bytes
    let end: Bytes
    private var (year, month, day) = (0, 0, 0)
    private var seconds = 0
    private var microseconds = 0

    init(at: Bytes, end: Bytes) {
        self.at = at
        self.end = end
    }

    mutating func iso(_ clock: inout ZoneClock) -> Int? {
        guard let year = digits(4), let separator = byte(), let month = digits(2), take(separator), let day = digits(2)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        guard at < end else { return moment(offset: nil, &clock) }
        guard take("T") || take(" ") || take("t"), clockTime(secondsNeeded: false) else { return nil }
        if take(".") || take(",") { guard fraction() else { return nil } }
        return zoned(&clock)
    }

    /// `21/Nov/2026:05:06:07 +0900`.
    mutating func commonLog(_ clock: inout ZoneClock) -> Int? {
        guard let day = digits(2), take("/"), let month = monthName(), take("/"), let year = digits(4), take(":")
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        guard clockTime(secondsNeeded: true) else { return nil }
        if take(".") { guard fraction() else { return nil } }
        return zoned(&clock)
    }

    /// `21 Nov 2026 05:06:07 +0900`, the day's name gone.
    mutating func mail(_ clock: inout ZoneClock) -> Int? {
        _ = take(" ")
        guard let day = digits(2) ?? digits(1), take(" "), let month = monthName(), take(" "), let year = digits(4),
            take(" ")
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        guard clockTime(secondsNeeded: false) else { return nil }
        return zoned(&clock)
    }

    /// An offset or none, and then the end.
    private mutating func zoned(_ clock: inout ZoneClock) -> Int? {
        _ = take(" ")
        guard at < end else { return moment(offset: nil, &clock) }
        if end - at == 1, take("Z") || take("z") { return moment(offset: 0, &clock) }
        if end - at == 3, take("U") && take("T") && take("C") || take("G") && take("M") && take("T") {
            return moment(offset: 0, &clock)
        }
        let negative = take("-")
        guard negative || take("+"), let hours = digits(2), hours <= 18 else { return nil }
        _ = take(":")
        let minutes = at < end ? digits(2) : 0
        guard let minutes, minutes < 60, at == end else { return nil }
        let offset = hours * 3600 + minutes * 60
        return moment(offset: negative ? -offset : offset, &clock)
    }

    private func moment(offset: Int?, _ clock: inout ZoneClock) -> Int? {
        guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year) else { return nil }
        let local = Self.daysSince1970(year, month, day) * 86400 + seconds
        let second = offset.map { local - $0 } ?? clock.moment(ofLocal: local)
        return second * 1_000_000 + microseconds
    }

    /// `05:06` or `05:06:07`; a leap second counts as the next one.
    private mutating func clockTime(secondsNeeded: Bool) -> Bool {
        guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else { return false }
        seconds = hour * 3600 + minute * 60
        guard take(":") else { return !secondsNeeded }
        guard let second = digits(2), second <= 60 else { return false }
        seconds += second
        return true
    }

    /// Digits after the sixth are dropped.
    private mutating func fraction() -> Bool {
        var unit = 100_000
        let start = at
        while at < end, at.pointee &- 48 <= 9 {
            microseconds += Int(at.pointee &- 48) * unit
            unit /= 10
            at += 1
        }
        return at > start
    }

    @inline(__always)
    private mutating func digits(_ count: Int) -> Int? {
        guard end - at >= count else { return nil }
        var total = 0
        for offset in 0..<count {
            let digit = at[offset] &- 48
            guard digit <= 9 else { return nil }
            total = total * 10 + Int(digit)
        }
        at += count
        return total
    }

    private mutating func byte() -> UInt8? {
        guard at < end else { return nil }
        defer { at += 1 }
        return at.pointee
    }

    @inline(__always)
    private mutating func take(_ wanted: UInt8) -> Bool {
        guard at < end, at.pointee == wanted else { return false }
        at += 1
        return true
    }

    @inline(__always)
    private mutating func take(_ wanted: Unicode.Scalar) -> Bool { take(UInt8(ascii: wanted)) }

    private mutating func monthName() -> Int? {
        guard end - at >= 3 else { return nil }
        let name = UInt32(at[0] | 0x20) << 16 | UInt32(at[1] | 0x20) << 8 | UInt32(at[2] | 0x20)
        guard let index = Self.months.firstIndex(of: name) else { return nil }
        at += 3
        return index + 1
    }

    private static let months: [UInt32] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ].map { $0.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Howard Hinnant's `days_from_civil`, for years from 0.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = (month <= 2 ? year - 1 : year) + 400
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era - 1) * 146_097 + dayOfEra - 719_468
    }
}
