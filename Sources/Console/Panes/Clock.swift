package import Foundation
import Lake

/// The project's own clock: moments in milliseconds since 1970 as its time zone writes them.
package struct Clock: Sendable, Hashable {
    private let zone: TimeZone

    package init(_ zone: TimeZone) { self.zone = zone }

    /// `14:22:07`.
    package func time(_ moment: Int64) -> String {
        let seconds = local(moment)
        let day = seconds - Int64((Double(seconds) / 86400).rounded(.down)) * 86400
        return "\(Figures.two(day / 3600)):\(Figures.two(day / 60 % 60)):\(Figures.two(day % 60))"
    }

    /// `14:22:07` on the day of `now`, else `11-20 14:22`.
    package func moment(_ moment: Int64, now: Int64) -> String {
        guard day(moment) != day(now) else { return time(moment) }
        return String(day(moment).date.dropFirst(5)) + " " + String(time(moment).prefix(5))
    }

    /// `2026-11-20`.
    func date(_ moment: Int64) -> String { day(moment).date }

    /// `11-20` in the year of `now`, else `2025-11-20`; with its hour where it has one.
    func short(_ interval: Interval, now: Int64) -> String {
        let text = interval.description
        return text.prefix(4) == day(now).description.prefix(4) ? String(text.dropFirst(5)) : text
    }

    func day(_ moment: Int64) -> Interval { Interval(day: Int((Double(local(moment)) / 86400).rounded(.down))) }

    /// `UTC`, `+09:00`.
    func zoneName(_ moment: Int64) -> String {
        let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment) / 1000)))
        guard offset != 0 else { return "UTC" }
        let minutes = abs(offset) / 60
        return (offset < 0 ? "-" : "+") + "\(Figures.two(minutes / 60)):\(Figures.two(minutes % 60))"
    }

    private func local(_ moment: Int64) -> Int64 {
        let date = Date(timeIntervalSince1970: Double(moment) / 1000)
        return Int64((Double(moment) / 1000).rounded(.down)) + Int64(zone.secondsFromGMT(for: date))
    }
}
