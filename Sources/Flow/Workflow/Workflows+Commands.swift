package import Lake
import Store
import Synchronization

/// What operators ask for. Each throws `Refusal` when it can't be done.
extension Workflows {
    /// Starts a run now. A run that waits for the same interval takes the request in and starts now as well.
    package func start(
        workflow: String, interval: Interval?, parameters: [String: ParameterValue], reason: String
    ) async throws -> Int64 {
        let definition = try definition(workflow)
        try check(interval, for: definition)
        return try await commit { [runs] writing, consequences in
            if let active = try writing.reading.activeRun(of: workflow, interval), active.state != .queued {
                throw Refusal(
                    .wrong,
                    "run \(active.id) of \(workflow)\(interval.map { " \($0)" } ?? "") is \(active.state.rawValue): "
                        + "wait for its end, or cancel it (weir cancel \(active.id))")
            }
            let wish = RunRequest(definition: definition, interval: interval, given: parameters, reason: reason)
            switch try runs.request(wish, writing, &consequences) {
            case .created(let run), .joined(let run), .follows(let run): return run
            }
        }
    }

    package func retry(run id: Int64, step: String?, downstream: Bool) async throws -> String {
        let retry: RunMachine.Retry = step.map { .step($0, downstream: downstream) } ?? .fromFailure
        return try await commit { [runs] writing, consequences in
            guard let run = try runs.load(id, writing.reading) else { throw Refusal(.wrong, "there is no run \(id)") }
            guard run.state != .queued else {
                throw Refusal(.wrong, "\(run.title) has not started: there is nothing to retry")
            }
            if let active = try writing.reading.activeRun(of: run.workflow, run.interval), active.id != id {
                throw Refusal(
                    .wrong,
                    "\(run.title) can't be retried while run \(active.id) of the same interval is "
                        + "\(active.state.rawValue): wait for its end, or cancel it (weir cancel \(active.id))")
            }
            if let obstacle = run.machine.obstacle(to: retry) { throw Refusal(.wrong, "\(run.title): \(obstacle)") }
            if let backfill = run.backfill { try BackfillRecord.reopen(backfill, run: id, writing) }
            try runs.advance(run, .retry(retry), nil, writing, &consequences)
            return step.map { "\($0) of \(run.title) runs again" } ?? "\(run.title) runs again from its failure"
        }
    }

    package func cancel(run id: Int64) async throws -> String {
        try await commit { [runs] writing, consequences in
            guard let run = try runs.load(id, writing.reading) else { throw Refusal(.wrong, "there is no run \(id)") }
            guard !run.state.isTerminal else { throw Refusal(.wrong, "\(run.title) has already \(run.state.past)") }
            try runs.advance(run, .cancel, nil, writing, &consequences)
            let isOver = consequences.ended.contains { $0.run == id }
            return isOver ? "\(run.title) is cancelled" : "\(run.title) is being stopped"
        }
    }

    /// Nothing of the workflow begins until it is resumed; what runs goes on.
    package func pause(workflow: String) async throws {
        _ = try definition(workflow)
        try await commit { [time] writing, _ in
            try writing.execute(
                "INSERT INTO paused_workflows (workflow, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [.text(workflow), .integer(time.wall())])
        }
        live.withLock { _ = $0.paused.insert(workflow) }
    }

    package func resume(workflow: String) async throws {
        try await commit { writing, _ in
            try writing.execute("DELETE FROM paused_workflows WHERE workflow = ?", [.text(workflow)])
        }
        live.withLock { _ = $0.paused.remove(workflow) }
        wakeup.signal()
    }

    /// Crawls now and tells what was found; nil: all crawlers.
    package func crawl(_ name: String?) async throws -> String {
        let crawlers = try chosen(name, of: project.crawlers, called: "crawler") { $0.name }
        var reports: [String] = []
        for crawler in crawlers {
            let report = try await gates[EventRule.crawler(crawler).name].pass {
                try await services.crawler.crawl(crawler, now: time.wall())
            }
            reports.append("\(crawler.name): \(report.summary)")
        }
        return reports.joined(separator: "; ")
    }

    /// Extracts now and tells what changed; nil: all extracts.
    package func extract(_ name: String?) async throws -> String {
        let extracts = try chosen(name, of: project.extracts, called: "extract") { $0.name }
        var reports: [String] = []
        for extract in extracts {
            let changed = try await gates["extract \(extract.name)"].pass { try await publish(extract) }
            reports.append("\(extract.name): " + (changed.isEmpty ? "nothing has changed" : changed))
        }
        return reports.joined(separator: "; ")
    }

    /// The tables that changed, in words.
    private func publish(_ extract: ExtractDefinition) async throws -> String {
        let attempt = "extract-\(extract.name)-\(services.epoch)-\(time.monotonic())"
        let staged: [StagedPartition]
        do {
            staged = try await services.extractor.stage(
                extract, tables: [], attempt: attempt, holder: "weir extract \(extract.name)", priority: .interactive,
                timeout: nil, progress: { _ in })
        } catch {
            await executor.clean(attempt)
            throw Refusal(.failed, "\(error)")
        }
        let commits = try await commit { [time] writing, _ in
            try staged.map { try writing.publish($0, at: time.wall()) }
        }
        await executor.clean(attempt)
        await projector.project()
        return commits.filter(\.changed).map { "\($0.table) \($0.rows) rows" }.joined(separator: ", ")
    }

    /// Returns when no event is unread and no crawl, run or backfill is active, except what is paused. Runs that wait
    /// for quiet start now.
    package func drain() async throws {
        live.withLock { $0.drains += 1 }
        defer { live.withLock { $0.drains -= 1 } }
        wakeup.signal()
        while try await hasWork() { try await Task.sleep(for: .milliseconds(20)) }
    }

    private func hasWork() async throws -> Bool {
        let (position, isCrawling) = reader.state.withLock { state in
            (state.position, state.duties.values.contains { !$0.isIdle })
        }
        if isCrawling || live.withLock({ $0.isAtWork }) { return true }
        return try await store.read { reading in
            try reading.count(
                """
                SELECT (SELECT ifnull(max(sequence), 0) > ? FROM events)
                    OR EXISTS (SELECT 1 FROM runs WHERE state IN ('running', 'retrying'))
                    OR EXISTS (SELECT 1 FROM runs WHERE state = 'queued'
                        AND workflow NOT IN (SELECT workflow FROM paused_workflows))
                    OR EXISTS (SELECT 1 FROM backfills WHERE state = 'running'
                        AND workflow NOT IN (SELECT workflow FROM paused_workflows))
                """, [.integer(position)]) > 0
        }
    }
}

// MARK: Names

extension Workflows {
    func definition(_ workflow: String) throws(Refusal) -> WorkflowDefinition {
        guard let definition = project.workflow(workflow) else {
            throw Refusal(
                .wrong,
                "no workflow \(workflow) in weir.yaml"
                    + suggestion(for: workflow, among: project.workflows.map(\.name)))
        }
        return definition
    }

    private func check(_ interval: Interval?, for definition: WorkflowDefinition) throws(Refusal) {
        switch (definition.each, interval) {
        case (nil, nil): return
        case (nil, let given?):
            throw Refusal(.wrong, "\(definition.name) has no intervals: run it without \(given)")
        case (.day, let given?) where given.hour == nil: return
        case (.hour, let given?) where given.hour != nil: return
        case (.day, _): throw Refusal(.wrong, "\(definition.name) runs for a day: --param dt=2026-11-21")
        case (.hour, _): throw Refusal(.wrong, "\(definition.name) runs for an hour: --param dt=2026-11-21T05")
        }
    }

    private func chosen<Definition>(
        _ name: String?, of all: [Definition], called kind: String, by key: (Definition) -> String
    ) throws(Refusal) -> [Definition] {
        guard let name else {
            guard !all.isEmpty else { throw Refusal(.wrong, "weir.yaml has no \(kind)s") }
            return all
        }
        guard let found = all.first(where: { key($0) == name }) else {
            throw Refusal(
                .wrong,
                "no \(kind) \(name) in weir.yaml" + suggestion(for: name, among: all.map(key)))
        }
        return [found]
    }
}

/// How an error about an unknown name ends: the name that was probably meant, or all there are.
func suggestion(for name: String, among names: [String]) -> String {
    if let nearest = NearestName.of(name, among: names) { return "; did you mean \(nearest)?" }
    return names.isEmpty ? "; it has none" : "; it has " + names.joined(separator: ", ")
}

extension RunState {
    fileprivate var past: String {
        switch self {
        case .queued, .running, .retrying: "begun"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "been cancelled"
        }
    }
}
