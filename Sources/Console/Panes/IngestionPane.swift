import Flow
import Lake
import Terminal

extension ConsoleState {
    func drawIngestion(on canvas: inout Canvas, in rect: Rect, _ layout: Layout) {
        let rows = streamRows
        let live = data.status != nil
        let note = rows.isEmpty ? [] : [Canvas.Span(rows.count == 1 ? "1 stream" : "\(rows.count) streams", .dim)]
        let inner = frame(.ingestion, on: &canvas, in: rect, title: "Ingestion", note: note)
        guard !rows.isEmpty else {
            canvas.empty(
                emptied(
                    .ingestion,
                    [
                        [Canvas.Span("no streams in this project", .dim)],
                        [
                            Canvas.Span("name one under "), Canvas.Span("streams:", .key),
                            Canvas.Span(" in weir.yaml, then "),
                            Canvas.Span(":apply", .key),
                        ],
                    ]), in: inner)
            return
        }
        let names = Table.width(of: rows.map { ($0.paused ? "  " : "") + $0.name }, least: 8, most: 24)
        let table = Table(columns: [
            .init("STREAM", 8, wanted: names), .init("REC/S", 6, right: true),
            .init("DELIVERED", 9, right: true, priority: 3, spare: true),
            .init("REJECTED", 8, right: true, priority: 4, spare: true), .init("BUFFER", 8, right: true, priority: 1),
            .init("LAG", 6, right: true, priority: 2), .init("LAST MIN", 8, wanted: 16, grows: 1, priority: 1),
        ])
        let list = list(.ingestion)
        let totals = inner.height >= 5
        let area = Rect(x: inner.x, y: inner.y, width: inner.width, height: inner.height - (totals ? 1 : 0))
        let signs = canvas.signs
        table.draw(
            on: &canvas, in: area, count: rows.count, offset: list.offset, selected: list.index,
            focused: pane == .ingestion
        ) { index in
            let stream = rows[index]
            let name: Table.Content =
                stream.paused
                ? .spans([Canvas.Span("\(signs.paused) \(stream.name)", .paused)]) : .text(stream.name)
            return [
                name,
                live
                    ? .text(Figures.rate(stream.recordsPerSecond), stream.recordsPerSecond > 0 ? .rate : .absent)
                    : .text(signs.none, .absent),
                .text(Figures.count(stream.delivered), .number),
                .text(Figures.count(stream.rejected), stream.rejected > 0 ? .warning : .absent),
                .text(Figures.bytes(stream.bufferedBytes), stream.bufferedBytes > 0 ? .number : .absent),
                .text(
                    stream.buffered > 0 ? Figures.duration(milliseconds: Int64(stream.lagSeconds * 1000)) : signs.none,
                    stream.lagSeconds > 120 ? .stale : .number),
                live ? .spark(stream.history, .spark) : .text("", .dim),
            ]
        }
        if totals { drawTotals(rows, on: &canvas, in: inner) }
    }

    /// What came in is delivered, rejected, a duplicate or still buffered: the counts say so themselves.
    private func drawTotals(_ rows: [StreamStatus], on canvas: inout Canvas, in inner: Rect) {
        func total(_ path: KeyPath<StreamStatus, Int64>) -> Int64 { rows.reduce(0) { $0 + $1[keyPath: path] } }
        let rejected = total(\.rejected)
        let wide = inner.width >= 54
        var spans = [
            Canvas.Span("in ", .dim), Canvas.Span(Figures.count(total(\.received)), .number),
            Canvas.Span("  out ", .dim), Canvas.Span(Figures.count(total(\.delivered)), .ok),
            Canvas.Span(wide ? "  rejected " : "  rej ", .dim),
            Canvas.Span(Figures.count(rejected), rejected > 0 ? .warning : .absent),
            Canvas.Span("  dup ", .dim),
            Canvas.Span(Figures.count(total(\.duplicates)), .number),
        ]
        if wide { spans += [Canvas.Span("  buffered ", .dim), Canvas.Span(Figures.count(total(\.buffered)), .number)] }
        canvas.write(spans, x: inner.x + 1, y: inner.maxY - 1, width: inner.width - 1)
    }
}
