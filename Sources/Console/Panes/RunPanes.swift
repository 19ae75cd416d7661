import Flow
import Lake
import Terminal

extension ConsoleState {
    /// The steps as a graph, each with its state, and when it was at work.
    func drawSteps(on canvas: inout Canvas, in rect: Rect) {
        guard let run = openRun else {
            let inner = frame(.steps, on: &canvas, in: rect, title: "Steps")
            var id = ""
            if case .run(let number) = place { id = "#\(number)" }
            canvas.empty(
                emptied(
                    .steps,
                    [
                        [Canvas.Span("reading run \(id) …", .dim)],
                        [Canvas.Span("esc", .key), Canvas.Span(" goes back", .dim)],
                    ]), in: inner)
            return
        }
        let title = [run.workflow + "#\(run.id)", run.interval?.description].compactMap { $0 }.joined(separator: "  ")
        let elapsed = (run.finishedAt ?? now) - (run.startedAt ?? run.createdAt)
        var note = run.state.look.spans(canvas.signs)
        note.append(Canvas.Span("  " + Figures.duration(milliseconds: elapsed), .number))
        if rect.width >= 90 { note.append(Canvas.Span("  " + run.reason, .dim)) }
        let inner = frame(.steps, on: &canvas, in: rect, title: title, note: note)
        let steps = stepRows
        guard !steps.isEmpty else {
            canvas.empty(emptied(.steps, [[Canvas.Span("no step has been planned yet", .dim)]]), in: inner)
            return
        }
        // A filter leaves holes in the graph: then it is a list.
        let whole = list(.steps).filter == nil
        let graph = StepGraph(whole ? steps : [])
        let gantt = Gantt(run, attempts: data.run?.run.id == run.id ? data.run?.attempts ?? [] : [], now: now)
        let names = steps.indices.map { index -> [Canvas.Span] in
            let step = steps[index]
            let lead = whole ? graph.text(graph.lines[index].lead, canvas.signs) : ""
            let trail = whole ? graph.text(graph.lines[index].trail, canvas.signs) : ""
            return [
                Canvas.Span(lead, .border),
                Canvas.Span(canvas.signs[keyPath: step.state.look.sign], step.state.look.role),
                Canvas.Span(trail + " ", .border), Canvas.Span(step.name),
            ]
        }
        let widest = names.map { $0.reduce(0) { $0 + $1.columns } }.max() ?? 12
        let table = Table(columns: [
            .init("STEP", 12, wanted: widest), .init("STATE", 9), .init("KIND", 7, priority: 5, spare: true),
            .init("TRY", 3, right: true, priority: 3), .init("TIME", 6, right: true, priority: 2),
            .init("ROWS", 6, right: true, priority: 4, spare: true),
            .init("READ", 7, right: true, priority: 6, spare: true),
            .init(
                gantt.map { "0s .. " + Figures.duration(milliseconds: $0.to - $0.from) } ?? "", 12, wanted: 20,
                grows: 1,
                priority: 1),
        ])
        let list = list(.steps)
        let signs = canvas.signs
        table.draw(
            on: &canvas, in: inner, count: steps.count, offset: list.offset, selected: list.index,
            focused: pane == .steps
        ) { index in
            let step = steps[index]
            let look = step.state.look
            let time = step.startedAt.map { Figures.duration(milliseconds: (step.finishedAt ?? now) - $0) }
            return [
                .spans(names[index]), .text(look.word, look.role), .text(step.kind, .dim),
                .text(step.attempts > 0 ? "\(step.attempts)" : signs.none, step.attempts > 1 ? .warning : .dim),
                .text(time ?? signs.none, time == nil ? .absent : .number),
                .text(step.rows.map(Figures.count) ?? signs.none, step.rows == nil ? .absent : .number),
                .text(step.bytesScanned.map(Figures.bytes) ?? signs.none, step.bytesScanned == nil ? .absent : .number),
            ]
        }
        guard let gantt, let place = table.fitted(inner.width - 2).first(where: { $0.index == 7 }) else { return }
        for line in 0..<max(0, min(inner.height - 1, steps.count - list.offset)) {
            gantt.draw(
                steps[list.offset + line], on: &canvas, x: inner.x + 1 + place.x, y: inner.y + 1 + line,
                width: place.width)
            if list.offset + line == list.index, pane == .steps {
                canvas.tint(
                    Rect(x: inner.x + 1 + place.x, y: inner.y + 1 + line, width: place.width, height: 1), .selection)
            }
        }
    }

    /// The error of the attempt that is shown, its neighbours, and its log.
    func drawLog(on canvas: inout Canvas, in rect: Rect, _ layout: Layout) {
        let step = focusedStep
        let attempt = focusedAttempt
        var title = "Log"
        if let step { title += " \(step.name)" }
        if let attempt, let step { title += " attempt \(attempt.number)/\(max(step.attempts, attempt.number))" }
        let note = [
            Canvas.Span(followsLog ? "follow" : "", .running),
            Canvas.Span(run.wraps ? " wrap" : " cut", .dim),
        ]
        let inner = frame(.log, on: &canvas, in: rect, title: title, note: note)
        guard let step, inner.height > 0 else { return }
        let width = layout.logWidth
        var y = inner.y
        let errors = errorLines(width: width)
        let shown = min(errors.count, max(1, inner.height / 2))
        for line in errors.prefix(shown) {
            canvas.write(line.text, line.role, x: inner.x + 1, y: y, width: width)
            y += 1
        }
        guard y < inner.maxY else { return }
        canvas.write(situation(of: step, canvas.signs), x: inner.x + 1, y: y, width: width)
        y += 1
        let lines = logLines(width: width)
        if lines.isEmpty, y < inner.maxY {
            canvas.write(
                attempt == nil ? "" : "this attempt has written no log", .dim, x: inner.x + 1, y: y, width: width)
        }
        let search = list(.log).filter.map { $0.matches(lines.map(\.text)) }
        for (index, line) in lines.enumerated().dropFirst(run.offset) {
            guard y < inner.maxY else { break }
            canvas.write(line.text, line.role, x: inner.x + 1, y: y, width: width)
            if search?[index] == true { canvas.tint(Rect(x: inner.x + 1, y: y, width: width, height: 1), .match) }
            y += 1
        }
        if run.offset > 0, layout.logRoom > 0 {
            let below = max(0, lines.count - run.offset - layout.logRoom)
            let place = " \(run.offset + 1)-\(lines.count - below) of \(lines.count) "
            canvas.write(place, .dim, x: rect.maxX - 3 - place.count, y: rect.maxY - 1)
        }
    }

    /// What a step waits for, when it is tried again, or how its attempts went.
    private func situation(of step: StepSummary, _ signs: Signs) -> [Canvas.Span] {
        if let run = openRun, let live = data.live(run: run.id, step: step.name) {
            if let waits = live.waitsFor { return [Canvas.Span("waits for \(waits)", .queued)] }
            if let progress = live.progress, step.state == .running {
                return [Canvas.Span("at work: \(Figures.percent(progress))", .running)]
            }
        }
        switch step.state {
        case .waiting:
            let open = step.needs.filter { need in
                openRun?.steps.first { $0.name == need }.map { $0.state != .succeeded } ?? false
            }
            return [Canvas.Span(open.isEmpty ? "not begun" : "waits for \(open.joined(separator: ", "))", .waiting)]
        case .skipped where step.attempts == 0:
            return [Canvas.Span("not run: what it needs failed, or its condition did not hold", .skipped)]
        case .retrying:
            let due = step.dueAt.map { Figures.countdown(milliseconds: $0 - now) } ?? "a moment"
            return [
                Canvas.Span("\(signs.retrying) attempt \(step.attempts + 1) in \(due)", .retrying),
                Canvas.Span("   r", .key), Canvas.Span(" tries now", .dim),
            ]
        case .queued, .running, .succeeded, .failed, .timedOut, .cancelled, .skipped: break
        }
        var spans: [Canvas.Span] = []
        for attempt in attempts {
            let chosen = attempt.number == focusedAttempt?.number
            if !spans.isEmpty { spans.append(Canvas.Span("  ", .dim)) }
            let time = attempt.finishedAt.map { Figures.duration(milliseconds: $0 - attempt.startedAt) } ?? "…"
            spans.append(Canvas.Span(chosen ? "[" : " ", .key))
            spans.append(
                Canvas.Span(
                    "\(attempt.number) \(signs[keyPath: attempt.state.look.sign]) \(attempt.error ?? "") \(time)"
                        .replacing(
                            "  ", with: " "), attempt.state.look.role))
            spans.append(Canvas.Span(chosen ? "]" : " ", .key))
        }
        if step.state.isFailure { spans += [Canvas.Span("   r", .key), Canvas.Span(" tries again now", .dim)] }
        return spans
    }
}
