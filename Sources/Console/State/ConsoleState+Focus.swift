import Flow
import Lake

// What has the focus, and so what a key acts on.
extension ConsoleState {
    struct Reason: Error, Sendable, Hashable { var message: String }

    /// What `r` would retry.
    var retryTarget: Result<RetryGuard.Target, Reason> {
        switch pane {
        case .workflows:
            switch focusedWork {
            case .run(let run): return target(in: run)
            case .backfill: return .failure(Reason(message: "open the backfill (enter) to retry a day of it"))
            case nil: return .failure(Reason(message: "no run here"))
            }
        case .alerts:
            guard let alert = focusedAlert, let run = alert.run else {
                return .failure(Reason(message: "nothing failed here: r retries a failed step"))
            }
            if let known = data.run(run), known.state == .succeeded {
                return .failure(Reason(message: "#\(run) has succeeded since"))
            }
            return .success(RetryGuard.Target(run: run, step: alert.step))
        case .steps, .log:
            guard let run = openRun else { return .failure(Reason(message: "the run is not here yet")) }
            if let step = focusedStep, step.state.isFailure || step.state == .retrying || step.state == .cancelled {
                return .success(RetryGuard.Target(run: run.id, step: step.name))
            }
            return target(in: run)
        case .calendar, .backfills:
            guard let day = focusedDay else { return .failure(Reason(message: "no day here")) }
            guard let run = day.run, day.state == .failed || day.state == .dead else {
                return .failure(Reason(message: "\(day.interval) is \(day.state.look.word): r retries a failed day"))
            }
            return .success(RetryGuard.Target(run: run, step: nil))
        case .ingestion, .catalog, .listing:
            return .failure(Reason(message: "nothing failed here: r retries a failed step"))
        }
    }

    /// What `R` would retry, with all that comes after it: in a run also a step that has succeeded, since what it read
    /// may have been mended.
    var wideRetryTarget: Result<RetryGuard.Target, Reason> {
        guard pane == .steps || pane == .log, let run = openRun, let step = focusedStep else { return retryTarget }
        guard step.attempts > 0 else { return .failure(Reason(message: "\(step.name) has not run")) }
        return .success(RetryGuard.Target(run: run.id, step: step.name))
    }

    private func target(in run: RunSummary) -> Result<RetryGuard.Target, Reason> {
        if let step = run.failedStep ?? run.steps.first(where: { $0.state.isFailure })?.name {
            return .success(RetryGuard.Target(run: run.id, step: step))
        }
        if let step = run.steps.first(where: { $0.state == .retrying }) {
            return .success(RetryGuard.Target(run: run.id, step: step.name))
        }
        if run.state == .failed || run.state == .cancelled {
            return .success(RetryGuard.Target(run: run.id, step: nil))
        }
        return .failure(
            Reason(message: "\(run.workflow)#\(run.id) is \(run.state.look.word): r retries a failed step"))
    }

    enum CancelTarget: Sendable, Hashable {
        case run(RunSummary)
        case backfill(BackfillSummary)
    }

    /// What `x` would cancel.
    var cancelTarget: Result<CancelTarget, Reason> {
        func active(_ run: RunSummary?) -> Result<CancelTarget, Reason> {
            guard let run else { return .failure(Reason(message: "no run here")) }
            guard !run.state.isTerminal else {
                return .failure(Reason(message: "\(run.workflow)#\(run.id) has ended: \(run.state.look.word)"))
            }
            return .success(.run(run))
        }
        func active(_ backfill: BackfillSummary?) -> Result<CancelTarget, Reason> {
            guard let backfill else { return .failure(Reason(message: "no backfill here")) }
            guard !backfill.state.isTerminal else {
                return .failure(Reason(message: "\(backfill.title) has ended: \(backfill.state.look.word)"))
            }
            return .success(.backfill(backfill))
        }
        switch pane {
        case .workflows:
            switch focusedWork {
            case .run(let run): return active(run)
            case .backfill(let backfill): return active(backfill)
            case nil: return .failure(Reason(message: "nothing to cancel"))
            }
        case .alerts: return active(focusedAlert?.run.flatMap(data.run))
        case .steps, .log: return active(openRun)
        case .backfills, .calendar: return active(focusedBackfill)
        case .ingestion, .catalog, .listing: return .failure(Reason(message: "nothing to cancel here"))
        }
    }

    var focusedWorkflow: String? {
        switch pane {
        case .workflows: focusedWork?.workflow
        case .steps, .log: openRun?.workflow
        case .backfills, .calendar: focusedBackfill?.workflow
        case .alerts: focusedAlert?.run.flatMap(data.run)?.workflow
        case .ingestion, .catalog, .listing: nil
        }
    }

    var focusedInterval: Interval? {
        switch pane {
        case .workflows:
            if case .run(let run) = focusedWork { run.interval } else { nil }
        case .steps, .log: openRun?.interval
        case .alerts: focusedAlert?.run.flatMap(data.run)?.interval
        case .calendar: focusedDay?.interval
        case .backfills, .ingestion, .catalog, .listing: nil
        }
    }

    /// What `y` copies.
    var nameOfFocused: String? {
        switch pane {
        case .workflows:
            switch focusedWork {
            case .run(let run): "\(run.id)"
            case .backfill(let backfill): "\(backfill.id)"
            case nil: nil
            }
        case .alerts: focusedAlert?.message
        case .ingestion: focusedStream?.name
        case .catalog: focusedTable?.name
        case .steps, .log:
            focusedAttempt.map { failure($0.error, $0.message) }.flatMap { $0.isEmpty ? nil : $0 } ?? focusedStep?.name
        case .backfills: focusedBackfill.map { "\($0.id)" }
        case .calendar: focusedDay?.interval.description
        case .listing: listingRows.indices.contains(list(.listing).index) ? listingRows[list(.listing).index][0] : nil
        }
    }

    /// What `Y` copies.
    var rowOfFocused: String? {
        switch pane {
        case .workflows: focusedWork?.text
        case .alerts: focusedAlert?.text
        case .log: focusedAttempt?.log
        case .steps:
            focusedStep.map { "\($0.name) \($0.state.look.word) \(failure($0.error, $0.message))".trimmed }
        case .listing:
            listingRows.indices.contains(list(.listing).index)
                ? listingRows[list(.listing).index].joined(separator: "\t") : nil
        case .ingestion, .catalog, .backfills, .calendar: nameOfFocused
        }
    }

    func detail(of stream: StreamStatus) -> DetailView {
        DetailView(
            title: "stream \(stream.name)",
            lines: [
                "received    \(Figures.exact(stream.received))",
                "delivered   \(Figures.exact(stream.delivered))",
                "rejected    \(Figures.exact(stream.rejected))   weir rejects list",
                "duplicates  \(Figures.exact(stream.duplicates))",
                "buffered    \(Figures.exact(stream.buffered))   \(Figures.bytes(stream.bufferedBytes))",
                "",
                "now         \(Figures.rate(stream.recordsPerSecond)) records/s   "
                    + "\(Figures.bytes(Int64(stream.bytesPerSecond)))/s",
                "oldest      \(Figures.duration(milliseconds: Int64(stream.lagSeconds * 1000))) in the buffer",
                "",
                stream.paused ? "paused: p resumes it" : "p pauses it, :flush \(stream.name) delivers now",
            ] + files(stream.tail))
    }

    private func files(_ tail: TailStatus?) -> [String] {
        guard let tail else { return [] }
        let count = tail.count == 1 ? "1 file" : "\(tail.count) files"
        return ["", "tails       \(count), \(Figures.bytes(tail.lag)) to read"]
            + tail.files.map { "\($0.path)   \($0.problem ?? "\(Figures.bytes($0.lag)) to read")" }
    }

    func detail(of table: TableSummary) -> DetailView {
        let head = [
            "\(table.kind.rawValue), version \(table.version), \(Figures.exact(Int64(table.rows))) rows, "
                + "\(Figures.bytes(table.bytes)) in \(Figures.exact(Int64(table.partitions))) partitions",
            "",
        ]
        let width = table.columns.map { $0.name.count }.max() ?? 0
        return DetailView(
            title: table.name,
            lines: head
                + table.columns.map {
                    $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.type
                })
    }
}
