import Flow
import Terminal

extension ConsoleState {
    func drawOverlay(on canvas: inout Canvas) {
        switch overlay {
        case nil, .command, .filter: break
        case .help(let view): drawHelp(view, on: &canvas)
        case .form(let form): drawForm(form, on: &canvas)
        case .confirmation(let confirmation): drawConfirmation(confirmation, on: &canvas)
        case .themes(let picker): drawThemes(picker, on: &canvas)
        case .detail(let detail): drawDetail(detail, on: &canvas)
        case .leaving: drawLeaving(on: &canvas)
        }
    }

    /// A window in the middle, over everything.
    func window(_ title: String, width: Int, height: Int, on canvas: inout Canvas, note: [Canvas.Span] = []) -> Rect {
        let width = min(width, size.columns - 2)
        let height = min(height, size.rows - 2)
        let rect = Rect(
            x: (size.columns - width) / 2, y: (size.rows - height) / 2, width: width, height: height)
        canvas.fill(rect, .background)
        return canvas.frame(rect, title: title, note: note, focused: true).inset(x: 1, y: 0)
    }

    private func drawHelp(_ view: HelpView, on canvas: inout Canvas) {
        let found = helpBindings(view)
        let grouped = view.query.string.trimmed.isEmpty
        let inner = window(
            "Keys", width: 100, height: size.rows - 4, on: &canvas,
            note: [Canvas.Span("type to search, enter does it, esc closes", .dim)])
        canvas.write("search ", .dim, x: inner.x, y: inner.y)
        draw(view.query, on: &canvas, x: inner.x + 7, y: inner.y, width: inner.width - 7, focused: true, role: .field)
        // A line for each group's name stands before its first key.
        var lines: [(binding: Int?, group: String)] = []
        for (index, binding) in found.enumerated() {
            if grouped, index == 0 || found[index - 1].group != binding.group {
                lines.append((nil, binding.group.rawValue))
            }
            lines.append((index, ""))
        }
        let room = max(1, inner.height - 2)
        let chosen = lines.firstIndex { $0.binding == view.index } ?? 0
        let offset = min(max(0, chosen - room / 2), max(0, lines.count - room))
        for (row, line) in lines.dropFirst(offset).prefix(room).enumerated() {
            let y = inner.y + 2 + row
            guard let index = line.binding else {
                canvas.write(line.group, .heading, x: inner.x, y: y)
                continue
            }
            let binding = found[index]
            let obstacle = binding.works(in: pane) ? self.obstacle(to: binding.action) : elsewhere(binding)
            canvas.write(binding.keys, obstacle == nil ? .key : .absent, x: inner.x + 1, y: y, width: 16)
            canvas.write(
                binding.title, obstacle == nil ? .text : .absent, x: inner.x + 18, y: y, width: inner.width - 18)
            if let obstacle {
                let used = 18 + Glyphs.columns(of: binding.title) + 2
                canvas.write(obstacle, .dim, x: inner.x + used, y: y, width: inner.width - used)
            }
            if index == view.index { canvas.tint(Rect(x: inner.x, y: y, width: inner.width, height: 1), .selection) }
        }
        if found.isEmpty { canvas.write("no key does that", .dim, x: inner.x + 1, y: inner.y + 2) }
    }

    private func elsewhere(_ binding: Binding) -> String {
        let panes = Pane.allCases.filter { binding.panes?.contains($0) ?? false }
        return "in " + panes.map { $0.title.lowercased() }.joined(separator: ", ")
    }

    private func drawConfirmation(_ confirmation: Confirmation, on canvas: inout Canvas) {
        let widest = confirmation.lines.map { Glyphs.columns(of: $0) }.max() ?? 0
        let inner = window(
            "Are you sure?", width: max(50, widest + 6), height: confirmation.lines.count + 5, on: &canvas)
        var y = inner.y
        for line in confirmation.lines {
            canvas.write(line, .text, x: inner.x, y: y, width: inner.width)
            y += 1
        }
        y += 1
        switch confirmation.answer {
        case .yes:
            canvas.write(
                [
                    Canvas.Span("y", .key), Canvas.Span(" yes   ", .dim), Canvas.Span("any other key", .key),
                    Canvas.Span(" no", .dim),
                ], x: inner.x, y: y, width: inner.width)
        case .name(let name):
            let prompt = "type \(name): "
            canvas.write(prompt, .dim, x: inner.x, y: y, width: inner.width)
            let used = Glyphs.columns(of: prompt)
            draw(
                confirmation.typed, on: &canvas, x: inner.x + used, y: y, width: inner.width - used, focused: true,
                role: .focusedField)
            canvas.write(
                [
                    Canvas.Span("enter", .key), Canvas.Span(" does it   ", .dim), Canvas.Span("esc", .key),
                    Canvas.Span(" leaves it", .dim),
                ], x: inner.x, y: y + 1, width: inner.width)
        }
    }

    private func drawThemes(_ picker: ThemePicker, on canvas: inout Canvas) {
        let inner = window("Theme", width: 34, height: themes.count + 4, on: &canvas)
        for (index, name) in themes.enumerated() where index < inner.height - 1 {
            canvas.write(name, .text, x: inner.x + 2, y: inner.y + index, width: inner.width - 2)
            guard index == picker.index else { continue }
            canvas.write(canvas.signs.mark, .focusedBorder, x: inner.x, y: inner.y + index)
            canvas.tint(Rect(x: inner.x + 1, y: inner.y + index, width: inner.width - 1, height: 1), .selection)
        }
        canvas.write(
            [
                Canvas.Span("enter", .key), Canvas.Span(" takes it  ", .dim), Canvas.Span("esc", .key),
                Canvas.Span(" as before", .dim),
            ], x: inner.x, y: inner.maxY - 1, width: inner.width)
    }

    private func drawDetail(_ detail: DetailView, on canvas: inout Canvas) {
        let limit = max(30, size.columns - 12)
        let lines = detail.lines.flatMap { LogLine($0, role: .text).wrapped(to: limit - 6) }
        let widest = lines.map { Glyphs.columns(of: $0.text) }.max() ?? 0
        let inner = window(
            detail.title, width: min(limit, max(44, widest + 6)), height: min(lines.count + 4, size.rows - 4),
            on: &canvas)
        let room = max(1, inner.height - 1)
        let offset = min(detail.offset, max(0, lines.count - room))
        for (row, line) in lines.dropFirst(offset).prefix(room).enumerated() {
            canvas.write(line.text, line.role, x: inner.x, y: inner.y + row, width: inner.width)
        }
        canvas.write(
            [Canvas.Span("esc", .key), Canvas.Span(" closes", .dim)], x: inner.x, y: inner.maxY - 1, width: inner.width)
    }

    private func drawLeaving(on canvas: inout Canvas) {
        let (question, answers): (String, [(String, String)]) =
            switch owner {
            case .somebody:
                (data.link.isAttached ? "Quit? The engine goes on." : "Quit?", [("y", "quit"), ("esc", "stay")])
            case .startedHere:
                (
                    "This console started the engine.",
                    [("l", "leave it running"), ("s", "stop it"), ("esc", "stay")]
                )
            case .embedded:
                ("Quit? The engine lives in here and stops too.", [("y", "quit and stop"), ("esc", "stay")])
            case .demonstration: ("End the demonstration?", [("y", "end it"), ("esc", "stay")])
            }
        let inner = window("Quit", width: 52, height: 5, on: &canvas)
        canvas.write(question, .text, x: inner.x, y: inner.y, width: inner.width)
        var x = inner.x
        for (key, word) in answers {
            x += canvas.write(
                [Canvas.Span(key, .key), Canvas.Span(" \(word)   ", .dim)], x: x, y: inner.y + 2, width: inner.maxX - x)
        }
    }

    /// The list at the side that ticks itself.
    func drawChecklist(on canvas: inout Canvas, in rect: Rect) {
        let left = profile.checklist.filter { !done.contains($0) }.count
        let inner = canvas.frame(
            rect, title: "To try", note: [Canvas.Span(left == 0 ? "all done" : "\(left) left", left == 0 ? .ok : .dim)])
        var y = inner.y
        let next = profile.checklist.first { !done.contains($0) }
        for item in profile.checklist {
            guard y < inner.maxY else { break }
            let ticked = done.contains(item)
            canvas.write(
                ticked ? canvas.signs.ok : item == next ? canvas.signs.arrow : canvas.signs.hollow,
                ticked ? .ok : item == next ? .running : .waiting, x: inner.x + 1, y: y)
            for line in LogLine(item.title, role: ticked ? .dim : .text).wrapped(to: inner.width - 4)
            where y < inner.maxY {
                canvas.write(line.text, line.role, x: inner.x + 3, y: y, width: inner.width - 4)
                y += 1
            }
            if item == next {
                for line in LogLine(item.hint, role: .key).wrapped(to: inner.width - 4) where y < inner.maxY {
                    canvas.write(line.text, line.role, x: inner.x + 3, y: y, width: inner.width - 4)
                    y += 1
                }
            }
            y += 1
        }
        if y < inner.maxY, rect.height > 16 {
            canvas.write(
                [Canvas.Span("C", .key), Canvas.Span(" hides this", .dim)], x: inner.x + 1, y: inner.maxY - 1)
        }
    }
}
