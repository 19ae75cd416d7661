/// Numbers, sizes and times in as few columns as an operator needs to tell them apart.
package enum Figures {
    /// `0`, `488`, `12.1k`, `41.2M`, `3.0G`: at most five columns.
    package static func count(_ value: Int64) -> String {
        guard abs(value) >= 1000 else { return "\(value)" }
        return scaled(Double(value), by: 1000, units: ["k", "M", "G", "T", "P"])
    }
    package static func count(_ value: Int) -> String { count(Int64(value)) }

    /// Per second: `0`, `0.4`, `488`, `12.1k`.
    package static func rate(_ value: Double) -> String {
        guard value >= 1000 else { return value > 0 && value < 10 ? fixed(value, 1) : fixed(value, 0) }
        return scaled(value, by: 1000, units: ["k", "M", "G"])
    }

    /// `0 B`, `612 MB`, `1.2 TB` (decimal).
    package static func bytes(_ value: Int64) -> String {
        guard abs(value) >= 1000 else { return "\(value) B" }
        return scaled(Double(value), by: 1000, units: [" kB", " MB", " GB", " TB", " PB"])
    }

    /// With thousands set apart: `48,211`.
    package static func exact(_ value: Int64) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// How long: `41ms`, `1.4s`, `12s`, `4m12s`, `3h07m`, `2d05h`.
    package static func duration(milliseconds: Int64) -> String {
        let value = max(0, milliseconds)
        if value < 1000 { return "\(value)ms" }
        if value < 10_000 { return fixed(Double(value) / 1000, 1) + "s" }
        let seconds = value / 1000
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m\(two(seconds % 60))s"
        case ..<86400: return "\(seconds / 3600)h\(two(seconds / 60 % 60))m"
        default: return "\(seconds / 86400)d\(two(seconds / 3600 % 24))h"
        }
    }

    /// A countdown: `00:41`, `12:03`, `1:02:03`; a moment that has passed is `now`.
    static func countdown(milliseconds: Int64) -> String {
        guard milliseconds > 0 else { return "now" }
        // The last second counts as one: 00:00 would say that it has begun.
        let seconds = (milliseconds + 999) / 1000
        guard seconds >= 3600 else { return "\(two(seconds / 60)):\(two(seconds % 60))" }
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// How long ago in one unit: `12s`, `4m`, `3h`, `2d`.
    package static func age(milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds) / 1000
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m"
        case ..<86400: return "\(seconds / 3600)h"
        default: return "\(seconds / 86400)d"
        }
    }

    static func percent(_ share: Double) -> String { "\(Int((max(0, min(1, share)) * 100).rounded(.down)))%" }

    static func fixed(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return "?" }
        let factor: Double = places == 0 ? 1 : 10
        let tenths = Int64((value * factor).rounded())
        return places == 0 ? "\(tenths)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func scaled(_ value: Double, by base: Double, units: [String]) -> String {
        var value = value
        var unit = ""
        for next in units {
            guard abs(value) >= 999.5 || unit.isEmpty else { break }
            value /= base
            unit = next
        }
        return (abs(value) < 99.95 ? fixed(value, 1) : fixed(value, 0)) + unit
    }
}
