import Terminal

extension ConsoleState {
    /// The keys that work here, and under them what was said last or the line that is being typed.
    func drawFooter(on canvas: inout Canvas, _ layout: Layout) {
        let last = size.rows - 1
        if layout.footerRows > 1 { drawHints(on: &canvas, layout, y: last - 1) }
        switch overlay {
        case .command(let line):
            drawLine(":", line.field, on: &canvas, y: last)
            drawChoices(line, on: &canvas, y: last - 1)
            return
        case .filter(_, let field):
            drawLine("/", field, on: &canvas, y: last)
            return
        case nil, .help, .form, .confirmation, .themes, .detail, .leaving: break
        }
        if let notice = notices.newest {
            let (sign, role): (String, Role) =
                switch notice.kind {
                case .done: (canvas.signs.ok, .ok)
                case .failed: (canvas.signs.failed, .failed)
                case .said: (canvas.signs.arrow, .info)
                }
            canvas.write([Canvas.Span(" \(sign) ", role), Canvas.Span(notice.text)], x: 0, y: last)
        } else if layout.footerRows == 1 {
            drawHints(on: &canvas, layout, y: last)
        } else if let problem = hostFailure ?? data.problem {
            canvas.write([Canvas.Span(" \(canvas.signs.stale) ", .warning), Canvas.Span(problem)], x: 0, y: last)
        } else if layout.checklist == nil, let next = profile.checklist.first(where: { !done.contains($0) }) {
            canvas.write(
                [
                    Canvas.Span(" next: ", .dim), Canvas.Span(next.title), Canvas.Span("  \(next.hint)", .key),
                ], x: 0, y: last)
        }
    }

    private func drawHints(on canvas: inout Canvas, _ layout: Layout, y: Int) {
        var x = 1
        let tail = [Canvas.Span("?", .key), Canvas.Span(" help", .dim)]
        let limit = size.columns - 8
        // Where one pane fills the screen, the way to the others comes first.
        let bindings =
            layout.isCompact
            ? keys.bindings.filter { $0.action == .nextPane } + keys.bindings.filter { $0.action != .nextPane }
            : keys.bindings
        for binding in bindings {
            guard let hint = binding.hint, binding.action != .help, binding.works(in: pane),
                let key = binding.chords.first,
                obstacle(to: binding.action) == nil
            else { continue }
            let word = binding.action == .quit && trail.isEmpty && !zoomed && place == .overview ? "quit" : hint
            let width = Glyphs.columns(of: key.name) + 1 + Glyphs.columns(of: word) + 2
            guard x + width <= limit else { continue }
            canvas.write([Canvas.Span(key.name, .key), Canvas.Span(" " + word, .dim)], x: x, y: y)
            x += width
        }
        canvas.write(tail, x: x, y: y)
    }

    private func drawLine(_ prompt: String, _ field: TextField, on canvas: inout Canvas, y: Int) {
        canvas.fill(Rect(x: 0, y: y, width: size.columns, height: 1), .background)
        canvas.write(prompt, .key, x: 0, y: y)
        draw(field, on: &canvas, x: 1, y: y, width: size.columns - 1, focused: true, role: .text)
    }

    /// A field's text around its cursor.
    func draw(
        _ field: TextField, on canvas: inout Canvas, x: Int, y: Int, width: Int, focused: Bool, role: Role
    ) {
        guard width > 1 else { return }
        canvas.fill(Rect(x: x, y: y, width: width, height: 1), role)
        // The cursor stays in sight: what is too far at its left is cut off.
        var start = 0
        func columns(_ range: Range<Int>) -> Int { Glyphs.columns(of: String(field.text[range])) }
        while columns(start..<field.cursor) >= width { start += 1 }
        let used = canvas.write(String(field.text[start..<field.cursor]), role, x: x, y: y, width: width)
        let rest = String(field.text[field.cursor...])
        canvas.write(rest, role, x: x + used, y: y, width: width - used)
        if focused { canvas.tint(Rect(x: x + used, y: y, width: 1, height: 1), .cursor) }
    }

    private func drawChoices(_ line: CommandLine, on canvas: inout Canvas, y: Int) {
        canvas.fill(Rect(x: 0, y: y, width: size.columns, height: 1), .background)
        let choices = line.choices(names)
        var x = 1
        let first = max(0, (line.chosen ?? 0) - 4)
        for (index, choice) in choices.enumerated().dropFirst(first) {
            let width = Glyphs.columns(of: choice)
            guard x + width + 1 < size.columns else { break }
            canvas.write(choice, index == line.chosen ? .match : .dim, x: x, y: y)
            x += width + 2
        }
        guard choices.isEmpty || x < size.columns - 30 else { return }
        let name = line.field.string.split(separator: " ").first.map(String.init)
        if let entry = Command.entries.first(where: { $0.name == name }) {
            let text = "\(entry.usage)  \(entry.title) "
            canvas.writeRight(
                [Canvas.Span(text, .dim)], in: Rect(x: x, y: y, width: size.columns - x, height: 1), y: y)
        }
    }
}
