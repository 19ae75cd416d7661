package import Foundation

/// A day, or an hour of a day, in the project's time zone: `2026-11-21` or `2026-11-21T05`. Sorts by time.
package struct Interval: Sendable, Hashable, Comparable, CustomStringConvertible, Codable {
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    package let day: Int
    /// 0…23, or nil for a whole day.
    package let hour: Int?

    package init(day: Int, hour: Int? = nil) {
        self.day = day
        self.hour = hour
    }

    /// Parses `2026-11-21` or `2026-11-21T05`; nil when the text is not such a day or hour.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10 || bytes.count == 13 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var total = 0
            for index in range {
                guard (48...57).contains(bytes[index]) else { return nil }
                total = total * 10 + Int(bytes[index] - 48)
            }
            return total
        }
        guard bytes[4] == 45, bytes[7] == 45, let year = number(0..<4), let month = number(5..<7),
            let date = number(8..<10), (1...12).contains(month), date >= 1
        else { return nil }
        let day = CivilDate.days(year: year, month: month, day: date)
        guard CivilDate(days: day) == CivilDate(year: year, month: month, day: date) else { return nil }
        guard bytes.count == 13 else {
            self.init(day: day)
            return
        }
        guard bytes[10] == 84, let hour = number(11..<13), hour < 24 else { return nil }
        self.init(day: day, hour: hour)
    }

    package var date: String { CivilDate(days: day).description }
    package var description: String { hour.map { date + "T" + ($0 < 10 ? "0\($0)" : "\($0)") } ?? date }

    /// `dt=2026-11-21` or `dt=2026-11-21/hour=05`: the partition that holds this interval.
    package var partition: String { hour.map { "dt=\(date)/hour=" + ($0 < 10 ? "0\($0)" : "\($0)") } ?? "dt=\(date)" }

    /// The interval that a partition holds; nil for an unpartitioned table's `''`.
    package init?(partition: String) {
        let parts = partition.split(separator: "/")
        guard let first = parts.first, first.hasPrefix("dt=") else { return nil }
        if parts.count == 2, parts[1].hasPrefix("hour=") {
            self.init("\(first.dropFirst(3))T\(parts[1].dropFirst(5))")
        } else {
            self.init(String(first.dropFirst(3)))
        }
    }

    /// The interval `count` days (or hours, for an hour) later.
    package func advanced(by count: Int) -> Interval {
        guard let hour else { return Interval(day: day + count) }
        let hours = day * 24 + hour + count
        return Interval(day: Int((Double(hours) / 24).rounded(.down)), hour: ((hours % 24) + 24) % 24)
    }

    package static func < (left: Interval, right: Interval) -> Bool {
        (left.day, left.hour ?? 0) < (right.day, right.hour ?? 0)
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let interval = Interval(text) else { throw NameError(text: text, expected: "a day like 2026-11-21") }
        self = interval
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The day (or hour) in which a moment falls in a time zone.
    package static func containing(_ date: Date, granularity: Granularity, in zone: TimeZone) -> Interval {
        let local = Int((date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))).rounded(.down))
        let day = Int((Double(local) / 86400).rounded(.down))
        return Interval(day: day, hour: granularity == .hour ? (local - day * 86400) / 3600 : nil)
    }
}

/// A date of the proleptic Gregorian calendar, converted by Howard Hinnant's "chrono-compatible low-level date
/// algorithms" (days_from_civil, civil_from_days).
package struct CivilDate: Sendable, Hashable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    package init(days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    package var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let digits = String(year)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "-\(two(month))-\(two(day))"
    }
}
