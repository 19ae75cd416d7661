import Flow
import Lake
import Terminal

extension ConsoleState {
    func drawHeader(on canvas: inout Canvas, _ layout: Layout) {
        let bar = Rect(x: 0, y: 0, width: size.columns, height: 1)
        canvas.fill(bar, .header)
        var left = [Canvas.Span(" weir ", .title), Canvas.Span("\(canvas.signs.arrow) \(profile.project)", .text)]
        if profile.readOnly { left += [Canvas.Span(" ", .text), Canvas.Span(" READ-ONLY ", .badge)] }
        var right: [Canvas.Span] = []
        if layout.isCompact {
            right += linkSpans(canvas.signs, short: true) + [Canvas.Span(" ", .text)]
        } else {
            // Nobody waits at a window without the keyboard for the seconds: they would stand still there.
            let time = attended ? clock.time(now) : String(clock.time(now).prefix(5))
            right += [Canvas.Span(time + " " + clock.zoneName(now) + " ", .text)]
        }
        let used = canvas.write(left, x: 0, y: 0, over: .header)
        let rightWidth = right.reduce(0) { $0 + $1.columns }
        if used + rightWidth < size.columns { canvas.writeRight(right, in: bar, y: 0, over: .header) }
        var x = used + 3
        for figure in layout.isCompact ? [] : figures {
            let width = figure.reduce(0) { $0 + $1.columns }
            guard x + width + rightWidth <= size.columns else { break }
            x += canvas.write(figure, x: x, y: 0, over: .header)
        }
        guard layout.headerRows > 1 else { return }
        let trail = breadcrumb(canvas.signs)
        canvas.write(" " + trail, .dim, x: 0, y: 1)
        let link = linkSpans(canvas.signs, short: false) + [Canvas.Span(" ", .dim)]
        let linkWidth = link.reduce(0) { $0 + $1.columns }
        let free = size.columns - Glyphs.columns(of: trail) - 3
        if linkWidth <= free || (data.link.hasReason && free >= 40) {
            let room = min(linkWidth, free)
            canvas.writeRight(link, in: Rect(x: size.columns - room, y: 1, width: room, height: 1), y: 1)
        } else {
            canvas.writeRight(
                linkSpans(canvas.signs, short: true) + [Canvas.Span(" ", .dim)],
                in: Rect(x: 0, y: 1, width: size.columns, height: 1), y: 1)
        }
    }

    /// The few numbers that tell how it goes, the most telling first.
    private var figures: [[Canvas.Span]] {
        guard data.overview != nil else { return [] }
        let rate = data.streams.reduce(0) { $0 + $1.recordsPerSecond }
        let counts = data.status?.runsByState ?? [:]
        func figure(_ word: String, _ state: RunState) -> [Canvas.Span] {
            let number = counts[state.rawValue] ?? data.overview?.runs.filter { $0.state == state }.count ?? 0
            return [
                Canvas.Span(word + " ", .dim),
                Canvas.Span("\(Figures.count(number))  ", number == 0 ? .absent : state.look.role),
            ]
        }
        let ingest = [Canvas.Span("in ", .dim), Canvas.Span("\(Figures.rate(rate))/s  ", .rate)]
        return (data.status == nil ? [] : [ingest]) + [
            figure("run", .running), figure("retry", .retrying), figure("fail", .failed), figure("ok", .succeeded),
        ]
    }

    private func breadcrumb(_ signs: Signs) -> String {
        let here: [String] =
            switch place {
            case .overview: zoomed ? ["overview", pane.title.lowercased()] : ["overview"]
            case .run(let id):
                ["runs", openRun.map { "\($0.workflow)#\(id)" } ?? "#\(id)"] + [focusedStep?.name].compactMap { $0 }
            case .backfills:
                ["backfills"] + [focusedBackfill.map { "\($0.number) \($0.workflow)" }].compactMap { $0 }
            case .listing(let kind): [kind.rawValue]
            }
        return here.joined(separator: " \(signs.arrow) ")
    }

    /// How the console stands with an engine, in words.
    func linkSpans(_ signs: Signs, short: Bool) -> [Canvas.Span] {
        switch data.link {
        case .connecting: return [Canvas.Span("\(signs.hollow) looking for an engine", .dim)]
        case .starting: return [Canvas.Span("\(signs.hollow) starting the engine", .running)]
        case .lost: return [Canvas.Span("\(signs.failed) engine lost", .failed)]
        case .absent where owner == .demonstration:
            return [Canvas.Span("\(signs.hollow) waiting for the engine", .running)]
        case .absent(.some(let reason)) where !short:
            return [Canvas.Span("\(signs.hollow) no engine: ", .stale), Canvas.Span(reason, .failed)]
        case .absent:
            return short
                ? [Canvas.Span("\(signs.hollow) no engine", .stale)]
                : [
                    Canvas.Span("\(signs.hollow) no engine", .stale),
                    Canvas.Span(": this is history; weir serve starts one", .dim),
                ]
        case .attached:
            guard !short, let status = data.status else { return [Canvas.Span("\(signs.bullet) engine", .ok)] }
            var spans = [
                Canvas.Span("\(signs.bullet) engine", .ok),
                Canvas.Span(
                    " pid \(status.pid)  up \(Figures.duration(milliseconds: Int64(status.uptimeSeconds * 1000)))  "
                        + "slots \(status.slots.busy)/\(status.slots.total)", .dim),
            ]
            if status.slots.waiting > 0 { spans.append(Canvas.Span("  \(status.slots.waiting) waiting", .queued)) }
            return spans
        }
    }
}
