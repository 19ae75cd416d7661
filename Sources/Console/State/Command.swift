import Flow
import Lake

/// What can be typed after `:`. Each does what a key or a command of the command line does.
enum Command: Sendable, Hashable {
    case openRun(Int64)
    case backfill(workflow: String?, days: ClosedRange<Interval>?, only: BackfillRequest.Filter?)
    case send(EngineCommand)
    case cancel(Int64)
    case theme(String)
    case list(Listing.Kind)
    case overview, backfills, help, quit, stopEngine

    /// A command's name, its arguments and what it does, for completion and help.
    struct Entry: Sendable, Hashable {
        enum Argument: Sendable, Hashable { case run, workflow, day, days, filter, theme, stream, number, step }
        var name: String
        var arguments: [Argument]
        /// How many of them may be left out.
        var optional: Int
        var title: String
        var changes: Bool

        var usage: String {
            let words = arguments.enumerated().map { index, argument in
                let word = argument.word
                return index >= arguments.count - optional ? "[\(word)]" : word
            }
            return ([":" + name] + words).joined(separator: " ")
        }
    }

    static let entries: [Entry] = [
        Entry(name: "run", arguments: [.run], optional: 0, title: "open a run", changes: false),
        Entry(
            name: "backfill", arguments: [.workflow, .days, .filter], optional: 3, title: "plan a backfill",
            changes: true),
        Entry(name: "trigger", arguments: [.workflow, .day], optional: 1, title: "start a run", changes: true),
        Entry(name: "retry", arguments: [.run, .step], optional: 1, title: "retry a failed run", changes: true),
        Entry(name: "cancel", arguments: [.run], optional: 0, title: "cancel a run (asks)", changes: true),
        Entry(name: "pause", arguments: [.workflow], optional: 0, title: "start no more runs", changes: true),
        Entry(name: "resume", arguments: [.workflow], optional: 0, title: "start runs again", changes: true),
        Entry(name: "crawl", arguments: [], optional: 0, title: "crawl the lake now", changes: true),
        Entry(name: "extract", arguments: [], optional: 0, title: "extract all tables now", changes: true),
        Entry(name: "flush", arguments: [.stream], optional: 0, title: "deliver what is buffered", changes: true),
        Entry(name: "apply", arguments: [], optional: 0, title: "take over weir.yaml", changes: true),
        Entry(name: "slots", arguments: [.number], optional: 0, title: "statements at once", changes: true),
        Entry(name: "overview", arguments: [], optional: 0, title: "the four panes", changes: false),
        Entry(name: "backfills", arguments: [], optional: 0, title: "backfills by day", changes: false),
        Entry(name: "runs", arguments: [], optional: 0, title: "all runs", changes: false),
        Entry(name: "events", arguments: [], optional: 0, title: "the event log", changes: false),
        Entry(name: "deliveries", arguments: [], optional: 0, title: "what was delivered", changes: false),
        Entry(name: "theme", arguments: [.theme], optional: 0, title: "another theme", changes: false),
        Entry(name: "stop", arguments: [], optional: 0, title: "stop the engine (asks)", changes: true),
        Entry(name: "help", arguments: [], optional: 0, title: "all keys", changes: false),
        Entry(name: "q", arguments: [], optional: 0, title: "quit", changes: false),
    ]

    struct Wrong: Error, Sendable, Hashable { var message: String }

    /// Reads a line without its colon. Throws `Wrong`, with what was expected.
    init(_ line: String) throws(Wrong) {
        let words = line.split(separator: " ").map(String.init)
        guard let name = words.first else { throw Wrong(message: "a command is missing: ? lists them") }
        guard let entry = Self.entries.first(where: { $0.name == name }) else {
            let near = Self.entries.map(\.name).filter { $0.hasPrefix(String(name.prefix(1))) }
            throw Wrong(
                message: "no command '\(name)'"
                    + (near.isEmpty ? ": ? lists them" : "; did you mean \(near.joined(separator: ", "))?"))
        }
        let given = words.dropFirst().map { $0 }
        guard given.count >= entry.arguments.count - entry.optional, given.count <= entry.arguments.count else {
            throw Wrong(message: "usage: \(entry.usage)")
        }
        self = try Self.read(entry, given)
    }

    private static func read(_ entry: Entry, _ words: [String]) throws(Wrong) -> Command {
        func word(_ index: Int) -> String? { words.indices.contains(index) ? words[index] : nil }
        switch entry.name {
        case "run": return .openRun(try number(words[0]))
        case "backfill":
            return .backfill(
                workflow: word(0), days: try word(1).map(days), only: try word(2).map(filter))
        case "trigger":
            return .send(.run(workflow: words[0], interval: try word(1).map(day), parameters: [:]))
        case "retry": return .send(.retry(run: try number(words[0]), step: word(1), downstream: false))
        case "cancel": return .cancel(try number(words[0]))
        case "pause": return .send(.pauseWorkflow(words[0]))
        case "resume": return .send(.resumeWorkflow(words[0]))
        case "crawl": return .send(.crawl(nil))
        case "extract": return .send(.extract(nil))
        case "flush": return .send(.flush(stream: words[0]))
        case "apply": return .send(.apply)
        case "slots": return .send(.setSlots(Int(try number(words[0]))))
        case "overview": return .overview
        case "backfills": return .backfills
        case "runs": return .list(.runs)
        case "events": return .list(.events)
        case "deliveries": return .list(.deliveries)
        case "theme": return .theme(words[0])
        case "stop": return .stopEngine
        case "help": return .help
        case "q": return .quit
        case let other: throw Wrong(message: "no command '\(other)': ? lists them")
        }
    }

    private static func number(_ text: String) throws(Wrong) -> Int64 {
        guard let number = Int64(text.drop { $0 == "#" }), number > 0 else {
            throw Wrong(message: "'\(text)' is not a number like 912")
        }
        return number
    }
    private static func day(_ text: String) throws(Wrong) -> Interval {
        guard let day = Interval(text) else { throw Wrong(message: "'\(text)' is not a day like 2026-11-21") }
        return day
    }
    private static func days(_ text: String) throws(Wrong) -> ClosedRange<Interval> {
        guard let dots = text.firstRange(of: "..") else {
            let only = try day(text)
            return only...only
        }
        let first = try day(String(text[..<dots.lowerBound]))
        let last = try day(String(text[dots.upperBound...]))
        guard first <= last else { throw Wrong(message: "\(last) is before \(first)") }
        return first...last
    }
    private static func filter(_ text: String) throws(Wrong) -> BackfillRequest.Filter {
        guard let filter = BackfillRequest.Filter(rawValue: text) else {
            throw Wrong(
                message:
                    "'\(text)' is none of \(BackfillRequest.Filter.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return filter
    }
}

extension Command.Entry.Argument {
    var word: String {
        switch self {
        case .run: "RUN"
        case .workflow: "WORKFLOW"
        case .day: "DAY"
        case .days: "FROM..TO"
        case .filter: "missing|failed|stale|all"
        case .theme: "THEME"
        case .stream: "STREAM"
        case .number: "N"
        case .step: "STEP"
        }
    }
}
