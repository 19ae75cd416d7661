import Foundation
import Lake

/// What a demo was made from. The same plan gives the same companies and the same records, byte for byte; it is
/// kept in the demo's folder as `demo.json`.
struct DemoPlan: Codable, Hashable {
    /// Where the companies work. Servers log in UTC; a day of the demo is a day here. Japan keeps no summer time.
    static let timeZone = "Asia/Tokyo"
    static let utcOffsetMilliseconds = 9 * 3_600_000

    var seed: UInt64
    var days: Int
    /// Lines of access log in all, with resent and malformed ones.
    var records: Int
    /// Today when the demo was made, in days since 1970.
    var today: Int
    /// How far today had gone by then, in milliseconds; nothing is logged later than that.
    var elapsedToday: Int

    static let fewestDays = 2
    static let mostDays = 366
    static let fewestRecordsADay = 500
    static let mostRecords = 100_000_000

    /// A plan whose last day is the day of `now`.
    init(seed: UInt64, days: Int, records: Int, now: Date) {
        let local = Int(now.timeIntervalSince1970 * 1000) + Self.utcOffsetMilliseconds
        self.seed = seed
        self.days = days
        self.records = records
        today = local / Self.dayMilliseconds
        elapsedToday = max(local % Self.dayMilliseconds, 60_000)
    }

    static let dayMilliseconds = 86_400_000

    var firstDay: Int { today - days + 1 }
    /// Every day, in order.
    var intervals: [Interval] { (firstDay...today).map { Interval(day: $0) } }

    /// The day on which the badly entered department opens, and the only one on which its people are seen:
    /// a weekday in the middle, when there is one.
    var openingDay: Int {
        let middle = firstDay + (days - 1) / 2
        return (firstDay..<today).min { left, right in
            (Self.isWeekend(left) ? 1 : 0, abs(left - middle), left)
                < (Self.isWeekend(right) ? 1 : 0, abs(right - middle), right)
        } ?? firstDay
    }

    /// 1970-01-01 was a Thursday.
    static func isWeekend(_ day: Int) -> Bool { (day + 4) % 7 == 0 || (day + 4) % 7 == 6 }

    /// How many lines each day's log holds; together they are `records`.
    var linesByDay: [Int] {
        var random = SeededRandom(seed: seed, part: -1)
        let weights = (firstDay...today).map { day in
            // Monday's habit grows over the month; the last day is not over.
            (Self.isWeekend(day) ? 0.3 : 1.2) * (0.9 + 0.2 * random.unit())
                * (1 + 0.2 * Double(day - firstDay) / Double(days)) * (day == today ? 0.5 : 1)
        }
        let total = weights.reduce(0, +)
        var lines = weights.map { Int(Double(records) * $0 / total) }
        lines[0] += records - lines.reduce(0, +)
        return lines
    }
}
