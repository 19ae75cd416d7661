extension Duration {
    /// `500ms`, `90s`, `10m`, `2h`, `1d`: a whole number and a unit. nil for anything else, and for more than ten years.
    package init?(weir text: String) {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        guard let (count, unit) = wholeNumber(text), let scale = units.first(where: { $0.0 == unit })?.1,
            case (let total, let overflow) = count.multipliedReportingOverflow(by: scale), !overflow,
            total <= 3_660 * 86_400_000
        else { return nil }
        self = .milliseconds(total)
    }

    /// Whole milliseconds, rounded down.
    package var inMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// As `weir.yaml` would have it, in the largest unit that gives a whole number.
    package var weirText: String {
        let total = inMilliseconds
        for (unit, scale) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        where total != 0 && total % scale == 0 {
            return "\(total / scale)\(unit)"
        }
        return total == 0 ? "0s" : "\(total)ms"
    }
}

/// An amount of bytes as `weir.yaml` writes it.
enum ByteCount {
    /// `512B`, `64KB`, `4GB` in powers of 1000, `64MiB` in powers of 1024. nil for anything else.
    static func bytes(_ text: String) -> Int64? {
        let units: [(String, Int64)] = [
            ("B", 1), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ]
        guard let (count, unit) = wholeNumber(text), let scale = units.first(where: { $0.0 == unit })?.1,
            case (let total, let overflow) = count.multipliedReportingOverflow(by: scale), !overflow
        else { return nil }
        return total
    }
}

/// The digits that a text begins with, and the rest without spaces between.
private func wholeNumber(_ text: String) -> (Int64, String)? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits) else { return nil }
    return (count, text.dropFirst(digits.count).drop { $0 == " " }.description)
}
