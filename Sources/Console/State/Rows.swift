import Flow
import Lake

/// A line of the workflows pane: a run, or a backfill in place of all of its runs.
enum WorkRow: Sendable, Hashable {
    case run(RunSummary)
    case backfill(BackfillSummary)

    var id: String {
        switch self {
        case .run(let run): "run \(run.id)"
        case .backfill(let backfill): "backfill \(backfill.id)"
        }
    }
    var workflow: String {
        switch self {
        case .run(let run): run.workflow
        case .backfill(let backfill): backfill.workflow
        }
    }
    var isActive: Bool {
        switch self {
        case .run(let run): !run.state.isTerminal
        case .backfill(let backfill): !backfill.state.isTerminal
        }
    }
    /// What is at work comes before what waits, and both before what has ended.
    fileprivate var rank: Int {
        if case .run(let run) = self, run.state == .queued { return 1 }
        return isActive ? 0 : 2
    }
    var createdAt: Int64 {
        switch self {
        case .run(let run): run.createdAt
        case .backfill(let backfill): backfill.createdAt
        }
    }
    var text: String {
        switch self {
        case .run(let run):
            "\(run.workflow)#\(run.id) \(run.interval?.description ?? "") \(run.state.look.word) \(run.failedStep ?? "")"
                + " \(run.error ?? "") \(run.message ?? "") \(run.reason)"
        case .backfill(let backfill):
            "\(backfill.title) \(backfill.first)..\(backfill.last)"
                + " \(backfill.state.look.word)"
        }
    }
}

extension BackfillSummary {
    /// Backfills are numbered by themselves: `#7` would be read as a run.
    var number: String { "b\(id)" }
    var title: String { "backfill \(number) of \(workflow)" }
}

/// A line of the alerts pane: an open alert, with others that say the same of other runs, or a step that waits for its
/// next attempt.
struct AlertRow: Sendable, Hashable {
    var id: String
    var standing: Standing
    /// The workflow or the stream.
    var source: String
    /// The interval and the run, what is told apart first.
    var subject: String
    var step: String?
    var message: String
    var run: Int64?
    /// The alert itself first, then those that it stands for.
    var alerts: [Int64]
    var attempts: Int
    /// When the next attempt is due, in milliseconds since 1970.
    var due: Int64?
    var since: Int64

    enum Standing: Sendable, Hashable {
        case failed, retrying, acknowledged, snoozed
        case other(String)
    }

    var text: String { "\(subject) \(step ?? "") \(message)" }
}

extension ConsoleState {
    /// The names of a pane's lines, in order, as the filter leaves them.
    func items(of pane: Pane) -> [String] {
        switch pane {
        case .ingestion: streamRows.map(\.name)
        case .alerts: alertRows.map(\.id)
        case .workflows: workRows.map(\.id)
        case .catalog: tableRows.map(\.name)
        case .steps: stepRows.map(\.name)
        case .backfills: backfillRows.map { "\($0.id)" }
        case .calendar: dayRows.map(\.interval.description)
        case .listing: listingRows.map { $0[0] }
        case .log: []
        }
    }

    private func filtered<Item>(_ items: [Item], _ pane: Pane, _ text: (Item) -> String) -> [Item] {
        guard let filter = list(pane).filter else { return items }
        return zip(items, filter.matches(items.map(text))).filter(\.1).map(\.0)
    }

    var streamRows: [StreamStatus] { filtered(data.streams, .ingestion) { $0.name } }

    /// What is at work first, then what waits, then what has ended; each newest first.
    var workRows: [WorkRow] {
        guard let overview = data.overview else { return [] }
        let rows =
            overview.backfills.map(WorkRow.backfill) + overview.runs.filter { $0.backfill == nil }.map(WorkRow.run)
        let sorted = rows.sorted { left, right in
            (left.rank, right.createdAt, right.id) < (right.rank, left.createdAt, left.id)
        }
        return filtered(sorted, .workflows, \.text)
    }

    /// The tables that changed last come first.
    var tableRows: [TableSummary] {
        let tables = (data.overview?.tables ?? []).sorted { left, right in
            (left.changedAt ?? 0, right.name) > (right.changedAt ?? 0, left.name)
        }
        return filtered(tables, .catalog, \.name)
    }

    /// Failures first, then what is retried, then the rest; each newest first.
    var alertRows: [AlertRow] {
        guard let overview = data.overview else { return [] }
        var rows: [AlertRow] = []
        for run in overview.runs where !run.state.isTerminal {
            for step in run.steps where step.state == .retrying {
                rows.append(
                    AlertRow(
                        id: "step \(run.id) \(step.name)", standing: .retrying, source: run.workflow,
                        subject: place(of: run),
                        step: step.name,
                        message: failure(step.error, step.message), run: run.id,
                        alerts: overview.alerts.filter { $0.run == run.id && $0.step == step.name }.map(\.id),
                        attempts: step.attempts, due: step.dueAt, since: step.startedAt ?? run.createdAt))
            }
        }
        let waiting = Set(rows.flatMap(\.alerts))
        for alert in overview.alerts where alert.state != .closed && !waiting.contains(alert.id) {
            rows.append(row(of: alert, overview))
        }
        rows = Self.grouped(rows)
        func rank(_ row: AlertRow) -> Int {
            switch row.standing {
            case .failed: 0
            case .retrying: 1
            case .other: 2
            case .acknowledged, .snoozed: 3
            }
        }
        return filtered(rows.sorted { (rank($0), $1.since) < (rank($1), $0.since) }, .alerts, \.text)
    }

    /// The same failure of the same step in many runs is one line: a backfill over a mistake fails by the hundred.
    private static func grouped(_ rows: [AlertRow]) -> [AlertRow] {
        var result: [AlertRow] = []
        var places: [[String]: Int] = [:]
        for row in rows {
            guard row.standing == .failed, let step = row.step else {
                result.append(row)
                continue
            }
            let key = [row.source, step, row.message]
            if let place = places[key] {
                result[place].alerts += row.alerts
            } else {
                places[key] = result.count
                result.append(row)
            }
        }
        return result
    }

    private func row(of alert: AlertSummary, _ overview: Overview) -> AlertRow {
        let run = alert.run.flatMap { id in overview.runs.first { $0.id == id } }
        let standing: AlertRow.Standing =
            switch alert.state {
            case .acknowledged: .acknowledged
            case .snoozed: .snoozed
            case .open, .closed:
                switch alert.kind {
                case "step.failed", "run.failed": .failed
                case "step.retrying": .retrying
                default: .other(alert.kind.split(separator: ".").last.map(String.init) ?? alert.kind)
                }
            }
        let subject = run.map(place) ?? ([alert.subject] + [alert.interval].compactMap { $0 }).joined(separator: " ")
        return AlertRow(
            id: "alert \(alert.id)", standing: standing, source: alert.subject, subject: subject, step: alert.step,
            message: alert.message,
            run: alert.run, alerts: [alert.id], attempts: alert.occurrences, due: nil, since: alert.openedAt)
    }

    private func place(of run: RunSummary) -> String {
        [run.interval.map { clock.short($0, now: now) }, "\(run.workflow)#\(run.id)"].compactMap { $0 }
            .joined(separator: " ")
    }
    func subject(of run: RunSummary) -> String {
        [run.workflow + "#\(run.id)", run.interval.map { clock.short($0, now: now) }].compactMap { $0 }.joined(
            separator: " ")
    }
    func failure(_ error: String?, _ message: String?) -> String {
        [error, message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
    }

    /// The run that is open.
    var openRun: RunSummary? {
        guard case .run(let id) = place else { return nil }
        return data.run(id)
    }
    var stepRows: [StepSummary] { filtered(openRun?.steps ?? [], .steps) { "\($0.name) \($0.state.look.word)" } }
    var focusedStep: StepSummary? {
        let rows = stepRows
        let list = list(.steps)
        return rows.first { $0.name == list.selected } ?? rows.first
    }
    /// The attempts of the focused step, oldest first.
    var attempts: [AttemptSummary] {
        guard let detail = data.run, detail.run.id == openRun?.id, let step = focusedStep else { return [] }
        return detail.attempts.filter { $0.step == step.name }.sorted { $0.number < $1.number }
    }
    var focusedAttempt: AttemptSummary? {
        let attempts = attempts
        return attempts.first { $0.number == run.attempt } ?? attempts.last
    }

    var backfillRows: [BackfillSummary] {
        filtered(data.overview?.backfills ?? [], .backfills) { "\($0.title) \($0.state.look.word)" }
            .sorted { $0.id > $1.id }
    }
    var focusedBackfill: BackfillSummary? {
        let rows = backfillRows
        let list = list(.backfills)
        return rows.first { "\($0.id)" == list.selected } ?? rows.first
    }
    var dayRows: [BackfillSummary.Day] { (focusedBackfill?.days ?? []).sorted { $0.interval < $1.interval } }
    var focusedDay: BackfillSummary.Day? {
        let rows = dayRows
        let list = list(.calendar)
        return rows.first { $0.interval.description == list.selected } ?? rows.first
    }

    var listingRows: [[String]] {
        guard case .listing(let kind) = place, let listing = data.listing, listing.query.kind == kind else { return [] }
        return listing.rows
    }

    /// The line with the focus in a pane of the overview.
    func focused<Item>(_ rows: [Item], _ pane: Pane, id: (Item) -> String) -> Item? {
        let selected = list(pane).selected
        return rows.first { id($0) == selected } ?? rows.first
    }
    var focusedWork: WorkRow? { focused(workRows, .workflows, id: \.id) }
    var focusedAlert: AlertRow? { focused(alertRows, .alerts, id: \.id) }
    var focusedStream: StreamStatus? { focused(streamRows, .ingestion, id: \.name) }
    var focusedTable: TableSummary? { focused(tableRows, .catalog, id: \.name) }
}
