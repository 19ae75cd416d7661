import Foundation

/// Numbers as people write them.
enum Figure {
    /// `1,000,000`
    static func count(_ number: Int) -> String {
        var digits = String(abs(number))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// `243 MB`
    static func bytes(_ number: Int) -> String {
        switch number {
        case ..<1_000_000: "\(number / 1000) kB"
        case ..<10_000_000_000: "\(number / 1_000_000) MB"
        default: String(format: "%.1f GB", Double(number) / 1e9)
        }
    }

    /// `1 day`, `30 days`
    static func several(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(count(number)) \(number == 1 ? noun : plural ?? noun + "s")"
    }
}
