import Foundation

/// What a bench prints: a table for people, or one JSON document.
struct Report: Codable {
    var bench: String
    var date: String
    var machine: String
    var figures: [Figure]

    init(bench: String, figures: [Figure]) {
        self.bench = bench
        self.figures = figures
        date = Date.now.formatted(.iso8601.year().month().day())
        machine = Report.describeMachine()
    }

    /// Processor, cores and memory, as Linux tells them.
    private static func describeMachine() -> String {
        let processor =
            (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
        let gigabytes = Int((Double(ProcessInfo.processInfo.physicalMemory) / 1e9).rounded())
        return "\(processor), \(ProcessInfo.processInfo.activeProcessorCount) cores, \(gigabytes) GB"
    }

    func print(asJSON: Bool) throws {
        guard asJSON else {
            Swift.print(table)
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }

    private var table: String {
        let rows = [["figure", "measured", "goal", "", "reference in this run"]] + figures.map(Self.row)
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                .joined(separator: "  ").trimmingTrailingSpaces
        }
        return (["\(bench), \(date), \(machine)"] + lines).joined(separator: "\n")
    }

    private static func row(_ figure: Figure) -> [String] {
        let goal = figure.goal.map { ($0.better == .more ? "≥ " : "≤ ") + short($0.value) } ?? ""
        let verdict = figure.goal == nil ? "" : figure.isMissed ? "MISSED" : "met"
        let reference = figure.reference.map { "\(short($0.value)): \($0.what)" } ?? ""
        return [figure.name, "\(short(figure.value)) \(figure.unit)", goal, verdict, reference]
    }

    private static func short(_ value: Double) -> String {
        if value >= 1000 { return Int(value.rounded()).formatted(.number.locale(Locale(identifier: "en_US"))) }
        return value >= 10 ? String(format: "%.1f", value) : String(format: "%.2f", value)
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
