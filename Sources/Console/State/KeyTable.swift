import Terminal

/// A key, or `g` and a key after it.
struct Chord: Sendable, Hashable {
    var afterG: Bool
    var key: Key

    init(_ key: Key, afterG: Bool = false) {
        self.key = key
        self.afterG = afterG
    }
    init(_ scalar: Unicode.Scalar, afterG: Bool = false) { self.init(Key(scalar), afterG: afterG) }

    /// As help and hints write it: `r`, `ctrl-d`, `gg`, `enter`.
    var name: String { (afterG ? "g" : "") + key.name }
}

extension Key {
    var name: String {
        let base =
            switch code {
            case .character(" "): "space"
            case .character(let scalar): String(Character(scalar))
            case .enter: "enter"
            case .tab: "tab"
            case .backspace: "backspace"
            case .escape: "esc"
            case .insert: "insert"
            case .delete: "del"
            case .up: "↑"
            case .down: "↓"
            case .left: "←"
            case .right: "→"
            case .home: "home"
            case .end: "end"
            case .pageUp: "pgup"
            case .pageDown: "pgdn"
            case .function(let number): "f\(number)"
            }
        var prefix = ""
        if modifiers.contains(.control) { prefix += "ctrl-" }
        if modifiers.contains(.alt) { prefix += "alt-" }
        if modifiers.contains(.shift) { prefix += "shift-" }
        return prefix + base
    }
}

/// One line of the key table.
struct Binding: Sendable, Hashable {
    enum Group: String, Sendable, CaseIterable {
        case work = "Work"
        case look = "Look"
        case move = "Move"
        case console = "Console"
    }
    var chords: [Chord]
    var action: Action
    var title: String
    var group: Group
    /// Where it works; nil: everywhere.
    var panes: Set<Pane>?
    /// A word for the foot of the screen; nil: only help shows it.
    var hint: String?

    func works(in pane: Pane) -> Bool { panes?.contains(pane) ?? true }
    var keys: String { chords.map(\.name).joined(separator: " ") }
}

/// Every key of the console. Dispatch, help and the hints at the foot of the screen all read this one table.
struct KeyTable: Sendable {
    let bindings: [Binding]

    /// The host's keys come last and never hide one of ours.
    init(hostActions: [HostAction]) {
        bindings =
            Self.own
            + hostActions.map {
                Binding(
                    chords: [Chord($0.key)], action: .host($0.name), title: $0.title, group: .work,
                    hint: $0.name)
            }
    }

    func action(for chord: Chord, in pane: Pane) -> Action? {
        bindings.first { $0.chords.contains(chord) && $0.works(in: pane) }?.action
    }
    func binding(of action: Action) -> Binding? { bindings.first { $0.action == action } }

    private static let steps: Set<Pane> = [.steps, .log]

    private static let own: [Binding] = [
        // Work
        Binding(
            chords: [Chord("r")], action: .retry, title: "retry the failed step now", group: .work,
            panes: [.alerts, .workflows, .steps, .log, .calendar], hint: "retry"),
        Binding(
            chords: [Chord("R")], action: .retryDownstream, title: "retry with all that comes after it (asks)",
            group: .work, panes: [.alerts, .workflows, .steps, .log, .backfills, .calendar], hint: "retry+after"),
        Binding(
            chords: [Chord("b")], action: .backfill, title: "backfill a range of days", group: .work, hint: "backfill"),
        Binding(chords: [Chord("t")], action: .trigger, title: "start a run", group: .work, hint: "run"),
        Binding(
            chords: [Chord("p")], action: .pauseOrResume, title: "pause or resume", group: .work,
            panes: [.ingestion, .workflows, .backfills, .calendar], hint: "pause"),
        Binding(
            chords: [Chord("x")], action: .cancel, title: "cancel (type the name)", group: .work,
            panes: [.alerts, .workflows, .steps, .log, .backfills, .calendar], hint: "cancel"),
        Binding(
            chords: [Chord("a")], action: .acknowledge, title: "acknowledge", group: .work, panes: [.alerts],
            hint: "ack"),
        Binding(
            chords: [Chord("s")], action: .snooze, title: "snooze for an hour", group: .work, panes: [.alerts],
            hint: "snooze"),

        // Look
        Binding(chords: [Chord(Key(.enter)), Chord("d")], action: .open, title: "open", group: .look, hint: "open"),
        Binding(
            chords: [Chord("L")], action: .logs, title: "its log", group: .look,
            panes: [.alerts, .workflows, .steps, .calendar]),
        Binding(
            chords: [Chord("o")], action: .openOwningRun, title: "open its run", group: .look,
            panes: [.alerts, .calendar], hint: "its run"),
        Binding(
            chords: [Chord("[")], action: .earlierAttempt, title: "the attempt before", group: .look, panes: steps,
            hint: "try before"),
        Binding(
            chords: [Chord("]")], action: .laterAttempt, title: "the attempt after", group: .look, panes: steps,
            hint: "try after"),
        Binding(chords: [Chord("F")], action: .follow, title: "follow the log's end", group: .look, panes: steps),
        Binding(chords: [Chord("w")], action: .wrap, title: "wrap long lines", group: .look, panes: steps),
        Binding(
            chords: [Chord("/")], action: .filter, title: "filter or search (! inverse, -f fuzzy)", group: .look,
            hint: "filter"),
        Binding(
            chords: [Chord("n")], action: .nextMatch, title: "next match", group: .look, panes: [.log],
            hint: "next match"),
        Binding(chords: [Chord("N")], action: .previousMatch, title: "match before", group: .look, panes: [.log]),
        Binding(chords: [Chord("y")], action: .copy, title: "copy the name or the error", group: .look),
        Binding(chords: [Chord("Y")], action: .copyRow, title: "copy the row", group: .look),
        Binding(chords: [Chord(.control("s"))], action: .saveScreen, title: "save the screen", group: .look),

        // Move
        Binding(chords: [Chord("j"), Chord(Key(.down))], action: .down, title: "down", group: .move),
        Binding(chords: [Chord("k"), Chord(Key(.up))], action: .up, title: "up", group: .move),
        Binding(chords: [Chord("h"), Chord(Key(.left))], action: .left, title: "left", group: .move),
        Binding(chords: [Chord("l"), Chord(Key(.right))], action: .right, title: "right", group: .move),
        Binding(
            chords: [Chord("g", afterG: true), Chord(Key(.home))], action: .top, title: "first", group: .move),
        Binding(chords: [Chord("G"), Chord(Key(.end))], action: .bottom, title: "last", group: .move),
        Binding(chords: [Chord(.control("d"))], action: .halfDown, title: "half a page down", group: .move),
        Binding(chords: [Chord(.control("u"))], action: .halfUp, title: "half a page up", group: .move),
        Binding(
            chords: [Chord(Key(.pageDown)), Chord(.control("f"))], action: .pageDown, title: "page down", group: .move),
        Binding(chords: [Chord(Key(.pageUp))], action: .pageUp, title: "page up", group: .move),
        Binding(chords: [Chord(Key(.tab))], action: .nextPane, title: "next pane", group: .move, hint: "pane"),
        Binding(chords: [Chord(Key(.tab, .shift))], action: .previousPane, title: "pane before", group: .move),
        Binding(chords: [Chord("1")], action: .pane(.ingestion), title: "ingestion", group: .move),
        Binding(chords: [Chord("2")], action: .pane(.alerts), title: "alerts", group: .move),
        Binding(chords: [Chord("3")], action: .pane(.workflows), title: "workflows", group: .move),
        Binding(chords: [Chord("4")], action: .pane(.catalog), title: "catalog", group: .move),
        Binding(chords: [Chord("+"), Chord("_")], action: .zoom, title: "one pane or all", group: .move, hint: "zoom"),
        Binding(chords: [Chord("1", afterG: true)], action: .openOverview, title: "overview", group: .move),
        Binding(chords: [Chord("6", afterG: true)], action: .openBackfills, title: "backfills", group: .move),
        Binding(chords: [Chord("e", afterG: true)], action: .list(.events), title: "events", group: .move),
        Binding(chords: [Chord("d", afterG: true)], action: .list(.deliveries), title: "deliveries", group: .move),
        Binding(chords: [Chord("r", afterG: true)], action: .list(.runs), title: "all runs", group: .move),

        // Console
        Binding(chords: [Chord("?")], action: .help, title: "help", group: .console, hint: "help"),
        Binding(chords: [Chord(":")], action: .command, title: "commands", group: .console, hint: "command"),
        Binding(chords: [Chord("T")], action: .themes, title: "themes", group: .console, hint: "theme"),
        Binding(chords: [Chord("M")], action: .mouse, title: "mouse on or off", group: .console),
        Binding(chords: [Chord("C")], action: .checklist, title: "checklist on or off", group: .console),
        Binding(chords: [Chord(.control("l"))], action: .redraw, title: "draw anew", group: .console),
        Binding(chords: [Chord(.control("z"))], action: .suspend, title: "suspend the console", group: .console),
        Binding(
            chords: [Chord(Key(.escape))], action: .back, title: "clear the filter, close, go back", group: .console),
        Binding(chords: [Chord("q")], action: .quit, title: "back, then quit", group: .console, hint: "back"),
        Binding(chords: [Chord(.control("c"))], action: .leave, title: "quit", group: .console),
    ]
}
