import Flow
import Lake
import Terminal

extension ConsoleState {
    func drawCatalog(on canvas: inout Canvas, in rect: Rect, _ layout: Layout) {
        let rows = tableRows
        let all = data.overview?.tables ?? []
        let note = all.isEmpty ? [] : [Canvas.Span(all.count == 1 ? "1 table" : "\(all.count) tables", .dim)]
        let inner = frame(.catalog, on: &canvas, in: rect, title: "Catalog", note: note)
        guard !rows.isEmpty else {
            canvas.empty(
                emptied(
                    .catalog,
                    [
                        [Canvas.Span("no tables yet", .dim)],
                        [Canvas.Span("they come with the first delivery, or by")],
                        [Canvas.Span(":extract", .key), Canvas.Span(" or "), Canvas.Span(":crawl", .key)],
                    ]), in: inner)
            return
        }
        var area = inner
        if inner.height >= 7 {
            drawSummary(all, on: &canvas, in: inner)
            area = Rect(x: inner.x, y: inner.y + 3, width: inner.width, height: inner.height - 3)
        }
        let names = Table.width(of: rows.map(\.name), least: 10, most: 40)
        let table = Table(columns: [
            .init("TABLE", 10, wanted: names, grows: 1), .init("PARTS", 5, right: true, priority: 3, spare: true),
            .init("ROWS", 5, right: true, priority: 1), .init("SIZE", 7, right: true, priority: 4, spare: true),
            .init("NEWEST", 6, priority: 2, spare: true), .init("VERSION", 7, right: true, priority: 6, spare: true),
            .init("KIND", 7, priority: 5, spare: true), .init("AGE", 3, right: true),
        ])
        let list = list(.catalog)
        let signs = canvas.signs
        table.draw(
            on: &canvas, in: area, count: rows.count, offset: list.offset, selected: list.index,
            focused: pane == .catalog
        ) { index in
            let table = rows[index]
            let age = table.changedAt.map { now - $0 }
            let fresh = age.map { $0 < 60_000 } ?? false
            let newest = table.newestPartition ?? ""
            return [
                .text(table.name),
                .text(Figures.count(table.partitions), .number),
                .text(Figures.count(table.rows), .number),
                .text(Figures.bytes(table.bytes), .number),
                .text(
                    newest.isEmpty ? "whole" : Interval(partition: newest).map { clock.short($0, now: now) } ?? newest,
                    newest.isEmpty ? .dim : .text),
                .text("v\(table.version)", .dim),
                .text(table.kind.rawValue, .dim),
                .text(age.map { Figures.age(milliseconds: $0) } ?? signs.none, fresh ? .running : .dim),
            ]
        }
    }

    /// Totals, the last crawl, and what it found changed.
    private func drawSummary(_ tables: [TableSummary], on canvas: inout Canvas, in inner: Rect) {
        let partitions = tables.reduce(0) { $0 + $1.partitions }
        let rows = tables.reduce(0) { $0 + $1.rows }
        let bytes = tables.reduce(Int64(0)) { $0 + $1.bytes }
        let width = inner.width - 2
        canvas.write(
            [
                Canvas.Span("\(Figures.count(partitions)) ", .number), Canvas.Span("partitions  ", .dim),
                Canvas.Span("\(Figures.count(rows)) ", .number), Canvas.Span("rows  ", .dim),
                Canvas.Span(Figures.bytes(bytes), .number),
            ], x: inner.x + 1, y: inner.y, width: width)
        guard let crawl = data.overview?.crawls.first else {
            canvas.write("no crawl yet: :crawl starts one", .dim, x: inner.x + 1, y: inner.y + 1, width: width)
            return
        }
        let (sign, role): (String, Role) =
            switch crawl.state {
            case "succeeded": (canvas.signs.ok, .ok)
            case "running": (canvas.signs.running, .running)
            default: (canvas.signs.failed, .failed)
            }
        let age = Figures.age(milliseconds: now - (crawl.finishedAt ?? crawl.startedAt)) + " ago"
        canvas.write(
            [
                Canvas.Span(sign + " ", role), Canvas.Span(crawl.crawler),
                Canvas.Span(crawl.state == "succeeded" ? " crawled \(age)" : " \(crawl.state) \(age)", .dim),
            ], x: inner.x + 1, y: inner.y + 1, width: width)
        canvas.write(
            crawl.report.isEmpty ? "nothing changed" : crawl.report, .dim, x: inner.x + 1, y: inner.y + 2, width: width)
    }
}
