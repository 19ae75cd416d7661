package import Terminal

// Where keys go: to what lies on top, else through the key table.
extension ConsoleState {
    /// Takes what a user did. `at` is the decoder's clock, which never goes back.
    package mutating func handle(_ input: Input, at moment: InputDecoder.Instant) -> [Effect] {
        let effects = take(input, at: moment)
        settle()
        return effects + askForRows()
    }

    private mutating func take(_ input: Input, at moment: InputDecoder.Instant) -> [Effect] {
        switch input {
        case .key(let key): return press(key, at: moment)
        case .paste(let text): return paste(text)
        case .mouse(let mouse): return click(mouse, at: moment)
        case .focus(let attended):
            self.attended = attended
            return []
        case .mode(2026, true): return [.allowSynchronizedOutput]
        case .mode: return []
        }
    }

    private mutating func press(_ key: Key, at moment: InputDecoder.Instant) -> [Effect] {
        if key == .control("z") { return [.suspend] }
        if key == .control("l") { return [.redraw] }
        if let overlay { return take(key, in: overlay, at: moment) }
        let wasAfterG = afterG
        afterG = false
        if let action = keys.action(for: Chord(key, afterG: wasAfterG), in: pane) {
            return perform(action, at: moment)
        }
        if key == Key("g"), !wasAfterG { afterG = true }
        return []
    }

    private mutating func take(_ key: Key, in overlay: Overlay, at moment: InputDecoder.Instant) -> [Effect] {
        switch overlay {
        case .help(let view): return help(view, key, at: moment)
        case .command(let line): return command(line, key)
        case .filter(let pane, let field): return filter(pane, field, key)
        case .form(let form): return fill(form, key)
        case .confirmation(let confirmation): return confirm(confirmation, key)
        case .themes(let picker): return pick(picker, key)
        case .detail(var detail):
            switch key.code {
            case .escape, .enter, .character("q"): self.overlay = nil
            case .down, .character("j"): detail.offset += 1
            case .up, .character("k"): detail.offset = max(0, detail.offset - 1)
            case .pageDown: detail.offset += 10
            case .pageUp: detail.offset = max(0, detail.offset - 10)
            default: break
            }
            if self.overlay != nil { self.overlay = .detail(detail) }
            return []
        case .leaving: return leave(key)
        }
    }

    /// A paste is text: it goes where text is wanted, and nowhere else.
    private mutating func paste(_ text: String) -> [Effect] {
        switch overlay {
        case .command(var line):
            line.field.insert(text)
            overlay = .command(line)
        case .filter(let pane, var field):
            field.insert(text)
            overlay = .filter(pane, field)
            lists[pane, default: ListView()].filter = Filter(field.string)
        case .form(var form):
            form.paste(text)
            overlay = .form(form)
            return price()
        case .confirmation(var confirmation):
            confirmation.typed.insert(text)
            overlay = .confirmation(confirmation)
        case .help(var view):
            view.query.insert(text)
            overlay = .help(view)
        case nil, .themes, .detail, .leaving:
            notices.show("pasted text is never taken for keys: open : or / to paste into", .said, now: now)
        }
        return []
    }

    private mutating func click(_ mouse: Mouse, at moment: InputDecoder.Instant) -> [Effect] {
        guard overlay == nil else { return [] }
        let layout = Layout(self)
        guard let (pane, rect) = layout.panes.first(where: { $0.value.contains(x: mouse.x, y: mouse.y) }) else {
            return []
        }
        switch mouse.action {
        case .press where mouse.button == 0:
            self.pane = pane
            if pane == .log { return [] }
            let items = items(of: pane)
            guard let item = layout.item(at: mouse.y, x: mouse.x, of: pane, in: rect, self), item < items.count else {
                return []
            }
            let again = list(pane).index == item
            lists[pane, default: ListView()].select(item, of: items)
            // A second click on the chosen line opens it.
            return again && pane == self.pane ? perform(.open, at: moment) : []
        case .wheelDown: scroll(pane, by: 3)
        case .wheelUp: scroll(pane, by: -3)
        case .press, .release, .drag: break
        }
        return []
    }

    mutating func scroll(_ pane: Pane, by count: Int) {
        if pane == .log {
            run.follows = false
            run.offset += count
            return
        }
        let items = items(of: pane)
        lists[pane, default: ListView()].select(list(pane).index + count, of: items)
        if pane == .steps { stepChanged() }
        if pane == .backfills { lists[.calendar] = ListView() }
    }

    /// Another step has the focus: its newest attempt is shown.
    mutating func stepChanged() {
        run.attempt = nil
        run.follows = nil
        run.offset = 0
        run.awaitsFailure = false
    }
}
