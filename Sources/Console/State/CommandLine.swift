import Flow
import Terminal

/// The line that `:` opens, with completion by `tab` and history by the arrows.
struct CommandLine: Sendable, Hashable {
    var field: TextField
    /// What `tab` goes through, and where it is; nil until `tab` is pressed.
    private var cycle: Cycle?
    /// How far back in the history; 0 is the line itself.
    private var depth = 0
    private var typed = ""

    private struct Cycle: Sendable, Hashable {
        var stem: String
        var choices: [String]
        var index: Int
    }

    /// The names that arguments may have.
    struct Names: Sendable, Hashable {
        var workflows: [String] = []
        var streams: [String] = []
        var themes: [String] = []
        var runs: [String] = []
    }

    enum Outcome: Sendable, Hashable {
        case edited
        case run(String)
        case close
    }

    init(_ text: String = "") { field = TextField(text) }

    mutating func take(_ key: Key, names: Names, history: [String]) -> Outcome {
        switch (key.code, key.modifiers) {
        case (.escape, _), (.character("c"), .control): return .close
        case (.enter, _):
            let line = field.string.trimmed
            return line.isEmpty ? .close : .run(line)
        case (.backspace, _) where field.string.isEmpty: return .close
        case (.tab, let modifiers): complete(modifiers == .shift ? -1 : 1, names: names)
        case (.up, _): recall(1, history)
        case (.down, _): recall(-1, history)
        default:
            _ = field.take(key)
            cycle = nil
            depth = 0
        }
        return .edited
    }

    /// What the word under the cursor may become.
    func choices(_ names: Names) -> [String] {
        if let cycle { return cycle.choices }
        return Self.choices(for: field.string, names: names)
    }
    var chosen: Int? { cycle?.index }

    private mutating func complete(_ step: Int, names: Names) {
        if var cycle {
            guard !cycle.choices.isEmpty else { return }
            cycle.index = (cycle.index + step + cycle.choices.count) % cycle.choices.count
            self.cycle = cycle
            field.replace(with: cycle.stem + cycle.choices[cycle.index])
            return
        }
        let choices = Self.choices(for: field.string, names: names)
        guard !choices.isEmpty else { return }
        let stem = field.string.lastIndex(of: " ").map { String(field.string[...$0]) } ?? ""
        field.replace(with: stem + choices[0] + (choices.count == 1 ? " " : ""))
        if choices.count > 1 { cycle = Cycle(stem: stem, choices: choices, index: 0) }
    }

    private static func choices(for line: String, names: Names) -> [String] {
        var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let stem = words.popLast() ?? ""
        words.removeAll(where: \.isEmpty)
        guard let name = words.first else {
            return Command.entries.map(\.name).filter { $0.hasPrefix(stem) }
        }
        guard let entry = Command.entries.first(where: { $0.name == name }),
            entry.arguments.indices.contains(words.count - 1)
        else { return [] }
        let candidates: [String] =
            switch entry.arguments[words.count - 1] {
            case .workflow: names.workflows
            case .stream: names.streams
            case .theme: names.themes
            case .run: names.runs
            case .filter: BackfillRequest.Filter.allCases.map(\.rawValue)
            case .day, .days, .number, .step: []
            }
        return candidates.filter { $0.hasPrefix(stem) }
    }

    private mutating func recall(_ step: Int, _ history: [String]) {
        let wanted = depth + step
        guard (0...history.count).contains(wanted) else { return }
        if depth == 0 { typed = field.string }
        depth = wanted
        cycle = nil
        field.replace(with: wanted == 0 ? typed : history[history.count - wanted])
    }
}
