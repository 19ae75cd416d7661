import Lake
import Store

/// Finds out what is due: for a plan, for a run that begins.
struct BackfillPlanner: Sendable {
    let store: Store
    let folder: ObjectFolder
    let descriptions: DescriptionShelf

    /// The steps that a run of the selection computes now; nil: all. Throws `WorkFailure` when a statement can't be
    /// described.
    func steps(
        of definition: WorkflowDefinition, _ selection: StepSelection, for interval: Interval?
    ) async throws -> Set<String>? {
        switch selection {
        case .all, .due(.all, nil): return nil
        case .steps(let names): return Set(names)
        case .due(.all, let names?): return Set(names)
        case .due(let filter, let names):
            return try await facts(definition, interval).due(filter, among: names, of: definition)
        case .changedInputs: return try await facts(definition, interval).changed(of: definition)
        }
    }

    private func facts(_ definition: WorkflowDefinition, _ interval: Interval?) async throws -> IntervalFacts {
        let described = try await describe(definition)
        return try await store.read { [folder] in try $0.facts(definition, described, interval, in: folder) }
    }

    private func describe(_ definition: WorkflowDefinition) async throws -> [String: Described] {
        var described: [String: Described] = [:]
        for step in definition.steps {
            guard case .query(let work) = step.work else { continue }
            described[step.name] = try await descriptions.describe(
                work, holder: "plan of \(definition.name)", priority: .interactive)
        }
        return described
    }

    /// For each interval whether it runs and why. Nothing is started.
    func plan(_ request: BackfillRequest, _ definition: WorkflowDefinition) async throws -> BackfillPlan {
        let described: [String: Described]
        do {
            described = try await describe(definition)
        } catch let failure as WorkFailure {
            throw Refusal(.failed, failure.description)
        }
        var days: [BackfillPlan.Day] = []
        // In parts, so that no read keeps its snapshot for long.
        let intervals = request.intervals
        for part in stride(from: 0, to: intervals.count, by: 30).map({ intervals[$0..<min($0 + 30, intervals.count)] })
        {
            days += try await store.read { [folder] reading in
                try part.map { interval in
                    let facts = try reading.facts(definition, described, interval, in: folder)
                    let due = facts.due(request.only, among: request.steps, of: definition)
                    return BackfillPlan.Day(
                        interval: interval, runs: !due.isEmpty && !facts.isActive,
                        reason: facts.reason(request.only, due: due),
                        bytes: facts.bytes.filter { due.contains($0.key) }.values.reduce(0, +))
                }
            }
        }
        let running = days.filter(\.runs)
        let durations = try await store.read { try $0.durations(of: definition.name) }
        return BackfillPlan(
            request: request, days: days, bytes: running.reduce(0) { $0 + $1.bytes },
            seconds: Self.estimate(days: running.count, parallel: request.parallel, durations: durations))
    }

    /// From the quartiles of earlier runs' seconds; nil without history.
    static func estimate(days: Int, parallel: Int, durations: [Double]) -> ClosedRange<Double>? {
        let sorted = durations.sorted()
        guard let last = sorted.last else { return nil }
        let rounds = Double((days + parallel - 1) / parallel)
        let low = sorted[sorted.count / 4]
        let high = sorted.count >= 4 ? sorted[sorted.count * 3 / 4] : last
        return (low * rounds)...(high * rounds)
    }
}

extension BackfillRequest {
    /// Oldest first.
    var intervals: [Interval] {
        var intervals: [Interval] = []
        var interval = first
        while interval <= last {
            intervals.append(interval)
            interval = interval.advanced(by: 1)
        }
        return intervals
    }
}

extension Reading {
    /// What is known of an interval at this moment.
    func facts(
        _ definition: WorkflowDefinition, _ described: [String: Described], _ interval: Interval?,
        in folder: ObjectFolder
    ) throws -> IntervalFacts {
        let values = try RunParameters.resolve(definition, interval: interval, given: [:])
        var standings: [String: Standing] = [:]
        var bytes: [String: Int64] = [:]
        for step in definition.steps {
            let found: (standing: Standing, bytes: Int64)
            switch step.work {
            case .query(let work):
                guard let described = described[step.name] else { continue }
                found = try standing(step.name, work, described, definition, values, interval, in: folder)
            case .load(let work):
                found = (try standing(step.name, work, definition, interval, in: folder), 0)
            case .extract, .crawl, .run: found = (.untold, 0)
            }
            standings[step.name] = found.standing
            bytes[step.name] = found.bytes
        }
        // Where no step leaves a result, a run that succeeded is all there is to tell by.
        if standings.values.allSatisfy({ $0 == .untold }), try !hasSucceeded(definition.name, interval) {
            for step in definition.steps where !step.onlyByCatch { standings[step.name] = .absent }
        }
        return IntervalFacts(
            standings: standings, failed: try failedSteps(definition.name, interval),
            isActive: try activeRun(of: definition.name, interval) != nil, bytes: bytes)
    }

    private func standing(
        _ step: String, _ work: QueryWork, _ described: Described, _ definition: WorkflowDefinition,
        _ values: [String: ParameterValue], _ interval: Interval?, in folder: ObjectFolder
    ) throws -> (Standing, Int64) {
        // A table that isn't there yet is made by a step before this one, or is the step's own to complain about.
        let tables = try described.tables.compactMap { try known(TableName($0), work, interval, in: folder) }
        let bytes = tables.reduce(0) { $0 + $1.bytes }
        let exists = try count(
            "SELECT EXISTS (SELECT 1 FROM partitions WHERE table_name = ? AND partition = ?)",
            [.text(work.into.description), .text(interval?.partition ?? "")])
        guard exists > 0, let record = try record(of: step, definition.name, interval) else { return (.absent, bytes) }
        let names = Set(described.parameters).subtracting(["dt", "hour"])
        let now = Provenance(
            sqlHash: SHA256.hex(work.sql), parameters: values.filter { names.contains($0.key) },
            inputs: tables.flatMap(\.inputs))
        let then = Provenance(
            sqlHash: record.sqlHash, parameters: record.parameters.filter { names.contains($0.key) },
            inputs: record.inputs)
        return (then.standing(now: now), bytes)
    }

    /// A load is due when it has never succeeded, or what it loads has changed since.
    private func standing(
        _ step: String, _ work: LoadWork, _ definition: WorkflowDefinition, _ interval: Interval?,
        in folder: ObjectFolder
    ) throws -> Standing {
        guard let record = try record(of: step, definition.name, interval) else { return .absent }
        let window = interval.map { Window.intervals($0...$0) } ?? .whole
        guard let pinned = try known(work.from, window, in: folder) else { return .upToDate }
        return Set(record.inputs) == Set(pinned.inputs) ? .upToDate : .inputsChanged
    }

    private func known(
        _ table: TableName, _ work: QueryWork, _ interval: Interval?, in folder: ObjectFolder
    ) throws -> PinnedTable? {
        try known(table, Lineage.window(table, of: work, for: interval), in: folder)
    }

    private func known(_ table: TableName, _ window: Window, in folder: ObjectFolder) throws -> PinnedTable? {
        do {
            return try pin(table, window, in: folder)
        } catch is UnknownTable {
            return nil
        }
    }

    private struct Record {
        var sqlHash: String?
        var parameters: [String: ParameterValue]
        var inputs: [InputVersion]
    }

    /// The step's newest success for the interval.
    private func record(of step: String, _ workflow: String, _ interval: Interval?) throws -> Record? {
        let row = try first(
            """
            SELECT s.sql_hash, s.inputs, r.parameters FROM runs r JOIN steps s ON s.run = r.id
            WHERE r.workflow = ? AND r.interval IS ? AND s.name = ? AND s.state = 'succeeded'
            ORDER BY s.finished_at DESC, r.id DESC LIMIT 1
            """, [.text(workflow), Value(interval?.description), .text(step)])
        guard let row else { return nil }
        return Record(
            sqlHash: row.optionalText("sql_hash"),
            parameters: try JSONText.decode([String: ParameterValue].self, row.text("parameters")),
            inputs: try JSONText.decode([InputVersion].self, row.optionalText("inputs") ?? "[]"))
    }

    private func hasSucceeded(_ workflow: String, _ interval: Interval?) throws -> Bool {
        try count(
            "SELECT EXISTS (SELECT 1 FROM runs WHERE workflow = ? AND interval IS ? AND state = ?)",
            [.text(workflow), Value(interval?.description), .text(RunState.succeeded.rawValue)]) > 0
    }

    /// The steps that did not succeed in the interval's newest run, when that failed.
    private func failedSteps(_ workflow: String, _ interval: Interval?) throws -> Set<String> {
        let row = try first(
            "SELECT id, state FROM runs WHERE workflow = ? AND interval IS ? ORDER BY id DESC LIMIT 1",
            [.text(workflow), Value(interval?.description)])
        guard let row, row.text("state") == RunState.failed.rawValue else { return [] }
        let steps = try rows(
            "SELECT name FROM steps WHERE run = ? AND state IN ('failed', 'timed out', 'cancelled')",
            [.integer(Int64(row.integer("id")))])
        return Set(steps.map { $0.text("name") })
    }

    /// Seconds of the workflow's newest successes, at most 200.
    fileprivate func durations(of workflow: String) throws -> [Double] {
        try rows(
            """
            SELECT finished_at - started_at AS took FROM runs WHERE workflow = ? AND state = 'succeeded'
            AND started_at IS NOT NULL ORDER BY id DESC LIMIT 200
            """, [.text(workflow)]
        ).map { Double($0.integer("took")) / 1000 }
    }
}
