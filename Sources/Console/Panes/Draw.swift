package import Terminal

extension ConsoleState {
    /// The picture of the console: the same for the same state and theme, and drawn by nothing else.
    package func draw(theme: Theme) -> Grid {
        var canvas = Canvas(size: size, theme: theme)
        guard size.columns >= Layout.least.columns, size.rows >= Layout.least.rows else {
            drawTooSmall(on: &canvas)
            return canvas.grid
        }
        let layout = Layout(self)
        drawHeader(on: &canvas, layout)
        for (pane, rect) in layout.panes { draw(pane, on: &canvas, in: rect, layout) }
        if let rect = layout.checklist { drawChecklist(on: &canvas, in: rect) }
        drawFooter(on: &canvas, layout)
        drawOverlay(on: &canvas)
        return canvas.grid
    }

    private func draw(_ pane: Pane, on canvas: inout Canvas, in rect: Rect, _ layout: Layout) {
        switch pane {
        case .ingestion: drawIngestion(on: &canvas, in: rect, layout)
        case .alerts: drawAlerts(on: &canvas, in: rect, layout)
        case .workflows: drawWorkflows(on: &canvas, in: rect, layout)
        case .catalog: drawCatalog(on: &canvas, in: rect, layout)
        case .steps: drawSteps(on: &canvas, in: rect)
        case .log: drawLog(on: &canvas, in: rect, layout)
        case .backfills: drawBackfills(on: &canvas, in: rect)
        case .calendar: drawCalendar(on: &canvas, in: rect)
        case .listing: drawListing(on: &canvas, in: rect)
        }
    }

    private func drawTooSmall(on canvas: inout Canvas) {
        canvas.empty(
            [
                [Canvas.Span("weir needs \(Layout.least.columns)x\(Layout.least.rows)")],
                [Canvas.Span("this is \(size.columns)x\(size.rows); q quits", .dim)],
            ], in: canvas.grid.bounds)
        if case .leaving = overlay {
            canvas.write("quit? y/n", .key, x: 0, y: max(0, size.rows - 1))
        }
    }

    /// The pane's frame, with its number on the overview and its filter.
    func frame(_ pane: Pane, on canvas: inout Canvas, in rect: Rect, title: String, note: [Canvas.Span] = []) -> Rect {
        var title = title
        if let number = Pane.overview.firstIndex(of: pane) { title = "\(number + 1) \(title)" }
        if let filter = list(pane).filter { title += " /\(filter.text)" }
        return canvas.frame(rect, title: title, note: note, focused: pane == self.pane)
    }

    /// What an empty pane says where its filter, or the want of a store, is what empties it.
    func emptied(_ pane: Pane, _ lines: [[Canvas.Span]]) -> [[Canvas.Span]] {
        guard data.overview != nil else {
            if owner == .demonstration { return [[Canvas.Span("a moment: data is being made", .dim)]] }
            guard let problem = data.problem else { return [[Canvas.Span("reading …", .dim)]] }
            // Once is enough, where the eyes are.
            return [[Canvas.Span(pane == .workflows || place != .overview ? problem : "nothing yet", .dim)]]
        }
        guard let filter = list(pane).filter else { return lines }
        return [
            [Canvas.Span("nothing matches \(filter.text)", .dim)],
            [Canvas.Span("esc", .key), Canvas.Span(" clears the filter", .dim)],
        ]
    }
}
