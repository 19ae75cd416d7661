import Flow
import Lake
import Terminal

extension ConsoleState {
    /// The form at the left, what it would do and cost at the right.
    func drawForm(_ form: BackfillForm, on canvas: inout Canvas) {
        let wide = size.columns >= 90
        let inner = window(
            "Backfill", width: min(110, size.columns - 4), height: min(26, size.rows - 2), on: &canvas,
            note: [Canvas.Span("tab next, ctrl-s start, esc close", .dim)])
        let fieldsWidth = wide ? 40 : inner.width
        let fields = Rect(x: inner.x, y: inner.y, width: fieldsWidth, height: inner.height)
        let below = drawFields(form, on: &canvas, in: fields)
        let price =
            wide
            ? Rect(x: inner.x + 43, y: inner.y, width: inner.width - 43, height: inner.height)
            : Rect(x: inner.x, y: below, width: inner.width, height: inner.maxY - below)
        if wide {
            for y in inner.y..<inner.maxY { canvas.write(canvas.signs.lines.vertical, .border, x: inner.x + 41, y: y) }
        }
        drawPrice(form, on: &canvas, in: price)
    }

    /// Returns the line under the fields.
    private func drawFields(_ form: BackfillForm, on canvas: inout Canvas, in rect: Rect) -> Int {
        let roomy = rect.height >= 20
        var y = rect.y
        func row(
            _ field: BackfillForm.Field, _ label: String, _ canvas: inout Canvas,
            draw: (inout Canvas, Int, Role) -> Void
        ) {
            let focused = form.focus == field
            canvas.write(focused ? canvas.signs.mark : " ", .focusedBorder, x: rect.x, y: y)
            canvas.write(label, focused ? .text : .dim, x: rect.x + 2, y: y)
            draw(&canvas, rect.x + 12, focused ? .focusedField : .field)
            y += 1
        }
        let width = rect.width - 13
        func choice(_ text: String, _ canvas: inout Canvas, _ x: Int, _ role: Role) {
            canvas.fill(Rect(x: x, y: y, width: width, height: 1), role)
            canvas.write("< \(text) >", role, x: x, y: y, width: width)
        }
        row(.workflow, "workflow", &canvas) {
            choice(form.workflows.indices.contains(form.workflow) ? form.workflows[form.workflow] : "none", &$0, $1, $2)
        }
        row(.first, "from", &canvas) {
            draw(form.first, on: &$0, x: $1, y: y, width: width, focused: form.focus == .first, role: $2)
        }
        row(.last, "to", &canvas) {
            draw(form.last, on: &$0, x: $1, y: y, width: width, focused: form.focus == .last, role: $2)
        }
        row(.only, "only", &canvas) { choice(form.only.rawValue, &$0, $1, $2) }
        row(.order, "order", &canvas) { choice(form.newestFirst ? "newest first" : "oldest first", &$0, $1, $2) }
        row(.parallel, "parallel", &canvas) {
            draw(form.parallel, on: &$0, x: $1, y: y, width: width, focused: form.focus == .parallel, role: $2)
        }
        if roomy { y += 1 }
        let ready = form.plan?.days.contains(where: \.runs) ?? false
        let label = form.starting ? "[ starting … ]" : "[ start ]"
        canvas.write(form.focus == .start ? canvas.signs.mark : " ", .focusedBorder, x: rect.x, y: y)
        canvas.write(
            label, form.focus == .start ? .cursor : ready ? .key : .absent, x: rect.x + 12, y: y, width: width)
        y += 1
        if roomy {
            y += 1
            for line in LogLine(hint(form), role: .dim).wrapped(to: rect.width - 2) where y < rect.maxY {
                canvas.write(line.text, .dim, x: rect.x + 2, y: y, width: rect.width - 2)
                y += 1
            }
        }
        return y
    }

    private func hint(_ form: BackfillForm) -> String {
        switch form.focus {
        case .workflow: "left and right choose, a letter goes to the next that begins with it"
        case .first, .last: "type a day, + and - go a day on and back"
        case .only:
            switch form.only {
            case .missing: "missing: days that were never computed"
            case .failed: "failed: days whose last run failed"
            case .stale: "stale: days whose SQL, parameters or inputs have changed since"
            case .all: "all: every day, computed again"
            }
        case .order: "left and right choose"
        case .parallel: "runs at once; the day's own work goes first"
        case .start: "enter starts it"
        }
    }

    private func drawPrice(_ form: BackfillForm, on canvas: inout Canvas, in rect: Rect) {
        guard rect.height > 0 else { return }
        guard data.link.isAttached else {
            return say("no engine runs: start one with weir serve", .failed, on: &canvas, in: rect)
        }
        switch (form.reading, form.price) {
        case (.wrong(_, let problem), _): say(problem, .warning, on: &canvas, in: rect)
        case (_, .refused(_, let message)): say(message, .failed, on: &canvas, in: rect)
        case (.request, .none), (.request, .asked): say("planning …", .dim, on: &canvas, in: rect)
        case (.request, .known(let plan)): drawPlan(plan, form, on: &canvas, in: rect)
        }
    }

    private func say(_ text: String, _ role: Role, on canvas: inout Canvas, in rect: Rect) {
        var y = rect.y
        for line in LogLine(text, role: role).wrapped(to: rect.width) where y < rect.maxY {
            canvas.write(line.text, role, x: rect.x, y: y, width: rect.width)
            y += 1
        }
    }

    private func drawPlan(_ plan: BackfillPlan, _ form: BackfillForm, on canvas: inout Canvas, in rect: Rect) {
        let due = plan.days.filter(\.runs)
        var time = due.isEmpty ? "nothing to do: choose another filter" : "no history to tell the time from"
        if let seconds = plan.seconds, !due.isEmpty {
            let low = Figures.duration(milliseconds: Int64(seconds.lowerBound * 1000))
            let high = Figures.duration(milliseconds: Int64(seconds.upperBound * 1000))
            time = low == high ? "about \(low)" : "\(low) to \(high)"
        }
        canvas.write(
            [
                Canvas.Span("\(due.count)", due.isEmpty ? .warning : .rate),
                Canvas.Span(
                    " of \(plan.days.count) \(form.first.string.count > 10 ? "hours" : "days") to compute", .text),
                Canvas.Span("   reads ", .dim), Canvas.Span(Figures.bytes(plan.bytes), .number),
            ], x: rect.x, y: rect.y, width: rect.width)
        canvas.write(time, .dim, x: rect.x, y: rect.y + 1, width: rect.width)
        // The days as a heat map of what each would read, where there is room for it and for the list.
        var y = rect.y + 3
        if rect.height >= 20 {
            y = drawHeat(plan, on: &canvas, in: Rect(x: rect.x, y: y, width: rect.width, height: 8)) + 1
        }
        guard y < rect.maxY else { return }
        let room = rect.maxY - y
        let offset = min(form.offset, max(0, plan.days.count - room))
        // What is skipped comes after what is not.
        let days = due + plan.days.filter { !$0.runs }
        for (row, day) in days.dropFirst(offset).prefix(room).enumerated() {
            let more = row == room - 1 ? plan.days.count - offset - room : 0
            if more > 0 {
                canvas.write("and \(more + 1) more (pgdn)", .dim, x: rect.x, y: y + row, width: rect.width)
                continue
            }
            canvas.write(
                [
                    Canvas.Span(
                        day.runs ? "\(canvas.signs.running) " : "\(canvas.signs.skipped) ",
                        day.runs ? .running : .skipped),
                    Canvas.Span("\(day.interval)  ", day.runs ? .text : .dim),
                    Canvas.Span(day.reason, day.runs ? .text : .dim),
                ], x: rect.x, y: y + row, width: rect.width - 9)
            canvas.writeRight(
                [Canvas.Span(day.runs ? Figures.bytes(day.bytes) : "", .number)], in: rect, y: y + row)
        }
    }

    private func drawHeat(_ plan: BackfillPlan, on canvas: inout Canvas, in rect: Rect) -> Int {
        let calendar = Calendar(
            days: plan.days.map(\.interval), room: Size(columns: rect.width, rows: rect.height))
        let greatest = max(1, plan.days.filter(\.runs).map(\.bytes).max() ?? 1)
        for head in calendar.heads(selected: 0) { canvas.write(head.text, .heading, x: rect.x + head.x, y: rect.y) }
        for label in calendar.labels(selected: 0) where label.y < rect.height {
            canvas.write(label.text, .dim, x: rect.x, y: rect.y + label.y)
        }
        for (index, day) in plan.days.enumerated() {
            guard let place = calendar.place(index, selected: 0), place.y < rect.height else { continue }
            let share = day.runs ? max(0.01, Double(day.bytes) / Double(greatest)) : 0
            canvas.write(
                day.runs ? canvas.signs.running : canvas.signs.dot, Role.heat(share), x: rect.x + place.x,
                y: rect.y + place.y)
        }
        return rect.y + 1 + min(calendar.rows, rect.height - 1)
    }
}
