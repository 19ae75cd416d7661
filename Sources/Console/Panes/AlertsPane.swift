import Flow
import Terminal

extension ConsoleState {
    func drawAlerts(on canvas: inout Canvas, in rect: Rect, _ layout: Layout) {
        let rows = alertRows
        let failed = rows.filter { $0.standing == .failed }.reduce(0) { $0 + max(1, $1.alerts.count) }
        let retrying = rows.filter { $0.standing == .retrying }.count
        var note: [Canvas.Span] = []
        if failed > 0 { note.append(Canvas.Span("\(failed) failed", .failed)) }
        if retrying > 0 {
            if !note.isEmpty { note.append(Canvas.Span(" \(canvas.signs.dot) ", .dim)) }
            note.append(Canvas.Span("\(retrying) retrying", .retrying))
        }
        let inner = frame(.alerts, on: &canvas, in: rect, title: "Alerts and retries", note: note)
        guard !rows.isEmpty else {
            canvas.empty(
                emptied(
                    .alerts,
                    [
                        [
                            Canvas.Span("\(canvas.signs.ok) ", .ok),
                            Canvas.Span("nothing has failed, nothing is retried"),
                        ],
                        [Canvas.Span("failures and coming retries show here", .dim)],
                    ]), in: inner)
            return
        }
        let list = list(.alerts)
        let height = layout.alertHeight(in: rect)
        for line in 0..<max(0, min(inner.height / height, rows.count - list.offset)) {
            let index = list.offset + line
            let row = rows[index]
            let y = inner.y + line * height
            let look = row.shown(canvas.signs)
            let when = self.when(row)
            let whenWidth = when.reduce(0) { $0 + $1.columns }
            let width = inner.width - 2 - whenWidth - 1
            canvas.write(
                [
                    Canvas.Span(look.sign + " " + look.word + " ", look.role),
                    Canvas.Span(row.step.map { $0 + "  " } ?? ""),
                    Canvas.Span(row.subject, row.step == nil ? .text : .dim),
                    Canvas.Span(row.alerts.count > 1 ? " and \(row.alerts.count - 1) more" : "", .warning),
                ], x: inner.x + 1, y: y, width: width)
            canvas.writeRight(when, in: Rect(x: inner.x, y: y, width: inner.width - 1, height: 1), y: y)
            if height > 1 {
                canvas.write("  " + row.message, .dim, x: inner.x + 1, y: y + 1, width: inner.width - 2)
            }
            guard index == list.index else { continue }
            for y in y..<y + height {
                canvas.write(canvas.signs.mark, pane == .alerts ? .focusedBorder : .border, x: inner.x, y: y)
            }
            if pane == .alerts {
                canvas.tint(Rect(x: inner.x + 1, y: y, width: inner.width - 1, height: height), .selection)
            }
        }
    }

    private func when(_ row: AlertRow) -> [Canvas.Span] {
        guard let due = row.due else { return [Canvas.Span(Figures.age(milliseconds: now - row.since) + " ago", .dim)] }
        return [
            Canvas.Span("try \(row.attempts + 1) in ", .dim),
            Canvas.Span(Figures.countdown(milliseconds: due - now), .retrying),
        ]
    }
}

extension AlertRow {
    func shown(_ signs: Signs) -> (sign: String, word: String, role: Role) {
        switch standing {
        case .failed: (signs.failed, "FAILED", .failed)
        case .retrying: (signs.retrying, "RETRY", .retrying)
        case .acknowledged: (signs.ok, "ACKED", .dim)
        case .snoozed: (signs.paused, "SNOOZED", .dim)
        case .other(let kind): (signs.stale, kind.uppercased(), .warning)
        }
    }
}
