import Flow
import Lake
import Terminal

// Keys while something lies on top.
extension ConsoleState {
    var names: CommandLine.Names {
        CommandLine.Names(
            workflows: data.overview?.workflows ?? [], streams: data.streams.map(\.name), themes: themes,
            runs: data.overview?.runs.prefix(50).map { "\($0.id)" } ?? [])
    }

    mutating func command(_ line: CommandLine, _ key: Key) -> [Effect] {
        var line = line
        switch line.take(key, names: names, history: history) {
        case .edited:
            overlay = .command(line)
            return []
        case .close:
            overlay = nil
            return []
        case .run(let text):
            overlay = nil
            if history.last != text { history.append(text) }
            if history.count > 100 { history.removeFirst() }
            return run(text)
        }
    }

    private mutating func run(_ text: String) -> [Effect] {
        let command: Command
        do {
            command = try Command(text)
        } catch {
            notices.show(error.message, .failed, now: now)
            // The line stays, to be mended.
            overlay = .command(CommandLine(text))
            return []
        }
        let name = text.split(separator: " ").first.map(String.init) ?? ""
        if Command.entries.first(where: { $0.name == name })?.changes == true {
            if profile.readOnly {
                notices.show("read-only: this console changes nothing", .failed, now: now)
                return []
            }
            guard data.link.isAttached else {
                notices.show("no engine runs: start one with weir serve", .failed, now: now)
                return []
            }
        }
        return carryOut(command)
    }

    private mutating func carryOut(_ command: Command) -> [Effect] {
        switch command {
        case .openRun(let id): return go(to: .run(id))
        case .backfill(let workflow, let days, let only):
            return openForm(workflow: workflow ?? focusedWorkflow, days: days, only: only)
        case .send(let command):
            if case .run = command { return [send(command, .startRun)] }
            if case .retry(let run, _, _) = command { return [send(command, .retry(run))] }
            return [send(command, .tell)]
        case .cancel(let id):
            guard let run = data.run(id) else { return [send(.cancel(run: id), .tell)] }
            _ = go(to: .run(run.id))
            if obstacle(to: .cancel) == nil { askToCancel() }
            return watching
        case .theme(let name):
            guard themes.contains(name) else {
                notices.show("no theme '\(name)': \(themes.joined(separator: ", "))", .failed, now: now)
                return []
            }
            theme = name
            return [.useTheme(name)]
        case .list(let kind): return go(to: .listing(kind))
        case .overview: return go(to: .overview)
        case .backfills: return go(to: .backfills)
        case .help: overlay = .help(HelpView())
        case .quit: return askToLeave()
        case .stopEngine:
            overlay = .confirmation(
                Confirmation(
                    lines: [
                        "Stop the engine of \(profile.project)?", "Streams take no records until it is started again.",
                    ],
                    answer: .name(profile.project), command: .stop(drain: false), purpose: .stopEngine,
                    notice: "stopping the engine"))
        }
        return []
    }

    mutating func filter(_ pane: Pane, _ field: TextField, _ key: Key) -> [Effect] {
        var field = field
        switch key.code {
        case .escape:
            lists[pane, default: ListView()].filter = nil
            overlay = nil
        case .enter:
            overlay = nil
            if let problem = Filter(field.string)?.problem { notices.show(problem, .failed, now: now) }
        default:
            if key == .control("c") || (key.code == .backspace && field.string.isEmpty) {
                overlay = nil
                return []
            }
            _ = field.take(key)
            lists[pane, default: ListView()].filter = Filter(field.string)
            overlay = .filter(pane, field)
        }
        return []
    }

    mutating func fill(_ form: BackfillForm, _ key: Key) -> [Effect] {
        var form = form
        switch form.take(key) {
        case .close:
            overlay = nil
            return []
        case .edited:
            overlay = .form(form)
            return price()
        case .ignored: return []
        case .start:
            overlay = .form(form)
            return start(form)
        }
    }

    private mutating func start(_ form: BackfillForm) -> [Effect] {
        var form = form
        guard case .request(let request) = form.reading else {
            if case .wrong(let field, let problem) = form.reading {
                form.focus = field
                overlay = .form(form)
                notices.show(problem, .failed, now: now)
            }
            return []
        }
        guard data.link.isAttached else {
            notices.show("no engine runs: start one with weir serve", .failed, now: now)
            return []
        }
        // Nobody starts what they have not seen the price of.
        guard let plan = form.plan else {
            if case .refused(_, let message) = form.price {
                notices.show(message, .failed, now: now)
                return []
            }
            notices.show("the plan is being made: a moment", .said, now: now)
            return price()
        }
        guard plan.days.contains(where: \.runs) else {
            notices.show("nothing to do: no day is \(request.only.rawValue); choose another filter", .said, now: now)
            return []
        }
        guard !form.starting else { return [] }
        form.starting = true
        overlay = .form(form)
        return [send(.startBackfill(request), .startBackfill)]
    }

    mutating func confirm(_ confirmation: Confirmation, _ key: Key) -> [Effect] {
        var confirmation = confirmation
        func accepted() -> Bool {
            switch confirmation.answer {
            case .yes: key == Key("y") || key == Key("Y")
            case .name(let name): key.code == .enter && confirmation.typed.string.trimmed == name
            }
        }
        if accepted() {
            overlay = nil
            guard data.link.isAttached else {
                notices.show("no engine runs: start one with weir serve", .failed, now: now)
                return []
            }
            notices.show(confirmation.notice, .said, now: now)
            return [send(confirmation.command, confirmation.purpose)]
        }
        switch (confirmation.answer, key.code) {
        case (_, .escape), (.yes, _): overlay = nil
        case (.name(let name), .enter):
            notices.show("type \(name) to confirm, esc to leave it", .failed, now: now)
        case (.name, _):
            if key == .control("c") {
                overlay = nil
            } else {
                _ = confirmation.typed.take(key)
                overlay = .confirmation(confirmation)
            }
        }
        return []
    }

    mutating func pick(_ picker: ThemePicker, _ key: Key) -> [Effect] {
        var picker = picker
        switch key.code {
        case .down, .character("j"): picker.index = min(themes.count - 1, picker.index + 1)
        case .up, .character("k"): picker.index = max(0, picker.index - 1)
        case .enter:
            overlay = nil
            notices.show("theme \(theme)", .done, now: now)
            return []
        case .escape, .character("q"):
            overlay = nil
            theme = picker.before
            return [.useTheme(theme)]
        default: return []
        }
        overlay = .themes(picker)
        guard themes.indices.contains(picker.index) else { return [] }
        theme = themes[picker.index]
        return [.useTheme(theme)]
    }

    mutating func help(_ view: HelpView, _ key: Key, at moment: InputDecoder.Instant) -> [Effect] {
        var view = view
        let found = helpBindings(view)
        switch key.code {
        case .escape:
            overlay = nil
            return []
        case .enter:
            overlay = nil
            guard found.indices.contains(view.index) else { return [] }
            let binding = found[view.index]
            guard binding.works(in: pane) else {
                let panes = (binding.panes ?? []).map(\.title).sorted().joined(separator: ", ")
                notices.show("\(binding.keys) works in: \(panes)", .said, now: now)
                return []
            }
            return perform(binding.action, at: moment)
        case .down: view.index = min(max(0, found.count - 1), view.index + 1)
        case .up: view.index = max(0, view.index - 1)
        case .pageDown: view.index = min(max(0, found.count - 1), view.index + 10)
        case .pageUp: view.index = max(0, view.index - 10)
        default:
            if key == .control("c") || (key.code == .character("?") && view.query.string.isEmpty) {
                overlay = nil
                return []
            }
            _ = view.query.take(key)
            view.index = 0
        }
        overlay = .help(view)
        return []
    }

    /// The bindings that match the search of help, by group.
    func helpBindings(_ view: HelpView) -> [Binding] {
        let all = Binding.Group.allCases.flatMap { group in keys.bindings.filter { $0.group == group } }
        let query = view.query.string.lowercased().trimmed
        guard !query.isEmpty else { return all }
        return all.filter {
            $0.title.lowercased().contains(query) || $0.chords.contains { $0.name.lowercased() == query }
        }
    }

    // Leaving

    mutating func askToLeave() -> [Effect] {
        overlay = .leaving
        return []
    }

    mutating func leave(_ key: Key) -> [Effect] {
        switch (owner, key.code, key.modifiers) {
        case (_, .escape, _), (_, .character("n"), []):
            overlay = nil
            return []
        case (.startedHere, .character("s"), []): return [.quit(stopEngine: true)]
        case (.startedHere, .character("l"), []), (.startedHere, .enter, _): return [.quit(stopEngine: false)]
        case (.startedHere, _, _):
            // A second ctrl-c is meant: the engine is not the console's to end.
            return key == .control("c") ? [.quit(stopEngine: false)] : []
        case (.somebody, .character("y"), []), (.somebody, .enter, _), (.somebody, .character("q"), []):
            return [.quit(stopEngine: false)]
        case (.embedded, .character("y"), []), (.embedded, .enter, _), (.demonstration, .character("y"), []),
            (.demonstration, .enter, _):
            return [.quit(stopEngine: true)]
        case (.somebody, _, _): return key == .control("c") ? [.quit(stopEngine: false)] : []
        case (.embedded, _, _), (.demonstration, _, _): return key == .control("c") ? [.quit(stopEngine: true)] : []
        }
    }
}
