import Flow
import Lake
import Terminal

extension ConsoleState {
    func drawWorkflows(on canvas: inout Canvas, in rect: Rect, _ layout: Layout) {
        let rows = workRows
        let active = rows.filter(\.isActive).count
        let note = [Canvas.Span(active == 0 ? "idle" : "\(active) active", active == 0 ? .dim : .running)]
        let inner = frame(.workflows, on: &canvas, in: rect, title: "Workflows", note: rows.isEmpty ? [] : note)
        guard !rows.isEmpty else {
            let none = data.overview?.workflows.isEmpty ?? true
            canvas.empty(
                emptied(
                    .workflows,
                    none
                        ? [
                            [Canvas.Span("no workflows in this project", .dim)],
                            [
                                Canvas.Span("describe one under "), Canvas.Span("workflows:", .key),
                                Canvas.Span(" in weir.yaml, then "), Canvas.Span(":apply", .key),
                            ],
                        ]
                        : [
                            [Canvas.Span("nothing has run yet", .dim)],
                            [
                                Canvas.Span("t", .key), Canvas.Span(" starts a run, "), Canvas.Span("b", .key),
                                Canvas.Span(" computes a range of days"),
                            ],
                        ]), in: inner)
            return
        }
        let steps = min(Self.longestSteps, max(6, rows.map { $0.steps }.max() ?? 6))
        let numbers = Table.width(of: rows.map(\.number), least: 4, most: 8)
        let names = Table.width(of: rows.map(\.name), least: 12, most: 40)
        let intervals = Table.width(of: rows.map { span(of: $0) }, least: 5, most: 12)
        let table = Table(columns: [
            .init("RUN", numbers), .init("WORKFLOW", 12, wanted: names),
            .init("FOR", min(7, intervals), wanted: intervals, priority: 1),
            .init("STATE", 10, wanted: 11), .init("STEPS", min(9, steps), wanted: steps, priority: 2),
            .init("AT", 10, grows: 1, priority: 4), .init("TIME", 6, right: true, priority: 3, spare: true),
            .init("STARTED", 11, right: true, priority: 5, spare: true),
        ])
        let list = list(.workflows)
        let signs = canvas.signs
        table.draw(
            on: &canvas, in: inner, count: rows.count, offset: list.offset, selected: list.index,
            focused: pane == .workflows
        ) { index in
            switch rows[index] {
            case .run(let run): contents(of: run, signs)
            case .backfill(let backfill): contents(of: backfill, signs)
            }
        }
    }

    private func contents(of run: RunSummary, _ signs: Signs) -> [Table.Content] {
        let end = run.finishedAt ?? now
        let begun = run.startedAt ?? run.createdAt
        return [
            .text("#\(run.id)", .dim), .text(run.workflow),
            .text(span(of: .run(run)), run.interval == nil ? .absent : .text),
            .spans(run.state.look.spans(signs)),
            stepSigns(run.steps, signs),
            at(run, signs),
            .text(run.startedAt == nil ? signs.none : Figures.duration(milliseconds: end - begun), .number),
            .text(clock.moment(begun, now: now), .dim),
        ]
    }

    /// The interval, or the first of those that a backfill computes.
    private func span(of row: WorkRow) -> String {
        switch row {
        case .run(let run): run.interval.map { clock.short($0, now: now) } ?? "-"
        case .backfill(let backfill):
            clock.short(backfill.first, now: now) + ".."
        }
    }

    private static let longestSteps = 16

    /// Where it is: the failed step, the one that waits, or the one at work with its progress.
    private func at(_ run: RunSummary, _ signs: Signs) -> Table.Content {
        if let step = run.steps.first(where: { $0.state == .retrying }) {
            let due = step.dueAt.map { " in " + Figures.countdown(milliseconds: $0 - now) } ?? ""
            return .text(step.name + due, .retrying)
        }
        if let step = run.steps.first(where: { $0.state == .running }) {
            let progress = data.live(run: run.id, step: step.name)?.progress.map { " " + Figures.percent($0) } ?? ""
            return .text(step.name + progress, .running)
        }
        if let step = run.failedStep {
            return .spans([Canvas.Span(step, .failed), Canvas.Span("  " + failure(run.error, run.message), .dim)])
        }
        if let step = run.steps.first(where: { $0.state == .queued }) { return .text(step.name, .queued) }
        return .text(run.state == .queued ? run.reason : "", .dim)
    }

    /// The state of each step, or how many there are of every state, what needs a person first.
    private func stepSigns(_ steps: [StepSummary], _ signs: Signs) -> Table.Content {
        let order: [StepState] = [
            .failed, .timedOut, .retrying, .running, .queued, .waiting, .succeeded, .skipped, .cancelled,
        ]
        let counts = order.compactMap { state -> Canvas.Span? in
            let count = steps.filter { $0.state == state }.count
            return count > 0 ? Canvas.Span("\(signs[keyPath: state.look.sign])\(count) ", state.look.role) : nil
        }
        return .either(
            steps.map { Canvas.Span(signs[keyPath: $0.state.look.sign], $0.state.look.role) }, counts)
    }

    private func contents(of backfill: BackfillSummary, _ signs: Signs) -> [Table.Content] {
        let progress = BackfillProgress(backfill)
        return [
            .text(backfill.number, .dim),
            .spans([Canvas.Span("backfill ", .dim), Canvas.Span(backfill.workflow)]),
            .text(span(of: .backfill(backfill))),
            .spans(backfill.state.look.spans(signs)),
            .bar(progress.share, backfill.state.look.role),
            .text(
                "\(progress.ended)/\(progress.total) days" + (progress.failed > 0 ? ", \(progress.failed) failed" : ""),
                progress.failed > 0 ? .failed : .dim),
            .text(Figures.duration(milliseconds: (backfill.finishedAt ?? now) - backfill.createdAt), .number),
            .text(clock.moment(backfill.createdAt, now: now), .dim),
        ]
    }
}

extension WorkRow {
    fileprivate var number: String {
        switch self {
        case .run(let run): "#\(run.id)"
        case .backfill(let backfill): backfill.number
        }
    }
    fileprivate var name: String {
        switch self {
        case .run(let run): run.workflow
        case .backfill(let backfill): "backfill \(backfill.workflow)"
        }
    }
    /// How many signs its steps take.
    fileprivate var steps: Int {
        switch self {
        case .run(let run): run.steps.count
        case .backfill: 8
        }
    }
}

/// How far a backfill has come.
struct BackfillProgress: Hashable {
    var total: Int
    var done: Int
    var running: Int
    var failed: Int
    var waiting: Int

    init(_ backfill: BackfillSummary) {
        func count(_ states: Set<BackfillSummary.DayState>) -> Int {
            backfill.days.filter { states.contains($0.state) }.count
        }
        total = backfill.days.count
        done = count([.succeeded, .skipped])
        running = count([.running])
        failed = count([.failed, .dead])
        waiting = count([.waiting])
    }

    var ended: Int { total - running - waiting }
    var share: Double { total == 0 ? 1 : Double(ended) / Double(total) }

    /// From how long the days took that are done; nil before one is.
    func remaining(since start: Int64, now: Int64) -> Int64? {
        guard ended > 0, ended < total, now > start else { return nil }
        return Int64(Double(now - start) / Double(ended) * Double(total - ended))
    }
}
