import Flow
import Lake
import Terminal

extension ConsoleState {
    func drawBackfills(on canvas: inout Canvas, in rect: Rect) {
        let rows = backfillRows
        let inner = frame(.backfills, on: &canvas, in: rect, title: "Backfills")
        guard !rows.isEmpty else {
            canvas.empty(
                emptied(
                    .backfills,
                    [
                        [Canvas.Span("no backfill yet", .dim)],
                        [Canvas.Span("b", .key), Canvas.Span(" plans one: a workflow and a range of days")],
                    ]), in: inner)
            return
        }
        let names = Table.width(of: rows.map(\.workflow), least: 10, most: 30)
        let table = Table(columns: [
            .init("NO", Table.width(of: rows.map(\.number), least: 2, most: 6)), .init("WORKFLOW", 10, wanted: names),
            .init("DAYS", 5, wanted: 7, right: true, priority: 1),
            .init("STATE", 11),
            .init("DONE", 6, grows: 1, priority: 2),
        ])
        let list = list(.backfills)
        let signs = canvas.signs
        table.draw(
            on: &canvas, in: inner, count: rows.count, offset: list.offset, selected: list.index,
            focused: pane == .backfills
        ) { index in
            let backfill = rows[index]
            let progress = BackfillProgress(backfill)
            return [
                .text(backfill.number, .dim), .text(backfill.workflow),
                .text("\(progress.ended)/\(progress.total)", .number), .spans(backfill.state.look.spans(signs)),
                .bar(progress.share, backfill.state.look.role),
            ]
        }
    }

    /// Every day of a backfill as a cell of a calendar.
    func drawCalendar(on canvas: inout Canvas, in rect: Rect) {
        guard let backfill = focusedBackfill else {
            _ = frame(.calendar, on: &canvas, in: rect, title: "Days")
            return
        }
        let progress = BackfillProgress(backfill)
        let inner = frame(
            .calendar, on: &canvas, in: rect,
            title: "\(backfill.number) \(backfill.workflow)  \(backfill.first) .. \(backfill.last)",
            note: [Canvas.Span("\(progress.total) days", .dim)])
        let days = dayRows
        let list = list(.calendar)
        let calendar = Calendar(days: days.map(\.interval), room: Calendar.room(in: inner))
        for head in calendar.heads(selected: list.index) {
            canvas.write(head.text, .heading, x: inner.x + 1 + head.x, y: inner.y, width: inner.width - head.x - 2)
        }
        for label in calendar.labels(selected: list.index) where label.y < inner.height {
            canvas.write(label.text, .dim, x: inner.x + 1, y: inner.y + label.y)
        }
        for (index, day) in days.enumerated() {
            guard let place = calendar.place(index, selected: list.index), place.y < inner.height else { continue }
            let look = day.state.look
            let x = inner.x + 1 + place.x
            canvas.write(canvas.signs[keyPath: look.sign], look.role, x: x, y: inner.y + place.y)
            guard index == list.index else { continue }
            canvas.tint(Rect(x: x, y: inner.y + place.y, width: 1, height: 1), pane == .calendar ? .cursor : .selection)
        }
        let below = inner.y + 1 + min(calendar.rows, inner.height) + 1
        drawProgress(backfill, progress, on: &canvas, in: inner, y: below)
    }

    private func drawProgress(
        _ backfill: BackfillSummary, _ progress: BackfillProgress, on canvas: inout Canvas, in inner: Rect, y: Int
    ) {
        let width = inner.width - 2
        var lines: [[Canvas.Span]] = []
        var counts: [Canvas.Span] = []
        for (state, number) in [
            (BackfillSummary.DayState.succeeded, progress.done), (.running, progress.running),
            (.failed, progress.failed), (.waiting, progress.waiting),
        ] {
            let look = state.look
            counts.append(
                Canvas.Span(
                    "\(canvas.signs[keyPath: look.sign]) \(look.word) \(number)  ", number > 0 ? look.role : .absent))
        }
        lines.append(counts)
        if y < inner.maxY { canvas.write(lines[0], x: inner.x + 1, y: y, width: width) }
        guard y + 1 < inner.maxY else { return }
        var note = " " + Figures.percent(progress.share)
        if !backfill.state.isTerminal, let left = progress.remaining(since: backfill.createdAt, now: now) {
            note += "  about \(Figures.duration(milliseconds: left)) left"
        }
        let barWidth = max(4, width - note.count)
        canvas.bar(progress.share, backfill.state.look.role, x: inner.x + 1, y: y + 1, width: barWidth)
        canvas.write(note, .number, x: inner.x + 1 + barWidth, y: y + 1)
        guard y + 3 < inner.maxY, let day = focusedDay else { return }
        let look = day.state.look
        var about = [
            Canvas.Span("\(day.interval) "),
            Canvas.Span("\(canvas.signs[keyPath: look.sign]) \(look.word)", look.role),
            Canvas.Span("  \(day.reason)", .dim),
        ]
        if let run = day.run {
            about += [
                Canvas.Span("  run #\(run)", .text), Canvas.Span("  enter", .key), Canvas.Span(" opens it", .dim),
            ]
            if day.state == .failed || day.state == .dead {
                about += [Canvas.Span("  r", .key), Canvas.Span(" retries", .dim)]
            }
        }
        canvas.write(about, x: inner.x + 1, y: y + 3, width: width)
        if y + 4 < inner.maxY, let run = day.run.flatMap(data.run), let error = run.error {
            canvas.write(failure(error, run.message), .failed, x: inner.x + 1, y: y + 4, width: width)
        }
    }
}
