import Foundation

/// Tells the story of a demo on standard output: a line for each thing that happened, with the seconds since the
/// beginning.
final class Narrator: Sendable {
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    init() { start = clock.now }

    var seconds: Double { Double((clock.now - start) / .milliseconds(1)) / 1000 }

    /// `  12.3 s  retry      run 17 succeeded`
    func say(_ what: String, _ text: String) {
        let time = String(format: "%6.1f s", seconds)
        write("\(time)  \(what.padding(toLength: 11, withPad: " ", startingAt: 0)) \(text)")
    }

    /// A further line of the thing just told.
    func more(_ text: String) { write(String(repeating: " ", count: 22) + text) }

    func write(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

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
    static func several(_ number: Int, _ noun: String) -> String { "\(count(number)) \(noun)\(number == 1 ? "" : "s")" }
}
