import Lake
import Store
import Synchronization

extension Workflows {
    /// What the backfill would do, day by day. Throws `Refusal` when it can't be.
    package func plan(_ request: BackfillRequest) async throws -> BackfillPlan {
        let definition = try definition(request.workflow)
        try check(request, definition)
        return try await planner.plan(request, definition)
    }

    /// Starts a backfill and returns its number.
    package func backfill(_ request: BackfillRequest) async throws -> Int64 {
        let plan = try await plan(request)
        return try await commit { [time] writing, consequences in
            consequences.backfillsMoved = true
            return try BackfillRecord.insert(plan, at: time.wall(), writing)
        }
    }

    package func change(backfill id: Int64, _ change: BackfillChange) async throws -> String {
        try await commit { [runs, time] writing, consequences in
            guard let backfill = try BackfillRecord.load(id, writing.reading) else {
                throw Refusal(.wrong, "there is no backfill #\(id)")
            }
            consequences.backfillsMoved = true
            switch change {
            case .pause:
                try backfill.move(from: [.running], to: .paused, writing)
                return "\(backfill.title) is paused: days that run go on"
            case .resume:
                try backfill.move(from: [.paused], to: .running, writing)
                return "\(backfill.title) is resumed"
            case .cancel:
                try backfill.move(from: [.running, .paused], to: .cancelled, writing)
                let stopped = try runs.cancel(backfill, at: time.wall(), writing, &consequences)
                return "\(backfill.title) is cancelled" + (stopped > 0 ? "; \(stopped) days are being stopped" : "")
            case .retryFailed:
                let count = try backfill.retryFailed(writing)
                guard count > 0 else { throw Refusal(.wrong, "no day of \(backfill.title) has failed") }
                return "\(count) days of \(backfill.title) run again"
            case .parallel(let parallel):
                guard parallel >= 1 else { throw Refusal(.wrong, "a backfill needs at least one day at a time") }
                try writing.execute(
                    "UPDATE backfills SET parallel = ? WHERE id = ?", [Value(parallel), .integer(id)])
                return "\(backfill.title) runs \(parallel) days at a time"
            }
        }
    }

    private func check(_ request: BackfillRequest, _ definition: WorkflowDefinition) throws(Refusal) {
        guard let each = definition.each else {
            throw Refusal(.wrong, "\(definition.name) has no intervals to fill: start it with weir run")
        }
        let fits =
            each == .hour
            ? request.first.hour != nil && request.last.hour != nil
            : request.first.hour == nil && request.last.hour == nil
        guard fits else {
            throw Refusal(
                .wrong,
                "\(definition.name) runs for each "
                    + (each == .hour ? "hour: 2026-11-01T00..2026-11-21T23" : "day: 2026-11-01..2026-11-21"))
        }
        guard request.first <= request.last else {
            throw Refusal(.wrong, "\(request.first) comes after \(request.last): give the earlier first")
        }
        guard request.parallel >= 1 else { throw Refusal(.wrong, "a backfill needs at least one day at a time") }
        for step in request.steps ?? [] where definition.step(step) == nil {
            throw Refusal(
                .wrong,
                "\(definition.name) has no step \(step)"
                    + suggestion(for: step, among: definition.steps.map(\.name)))
        }
    }

    /// Lets each running backfill begin as many days as it may, sets days aside that have failed too often, and ends
    /// backfills that have nothing left.
    func feedBackfills() async throws {
        try await commit { [runs, project] writing, consequences in
            for backfill in try BackfillRecord.running(writing.reading) {
                guard let definition = project.workflow(backfill.request.workflow) else { continue }
                try runs.feed(
                    backfill, definition, attempts: project.backfill.attempts, writing, &consequences)
            }
        }
    }
}

extension Runs {
    fileprivate func feed(
        _ backfill: BackfillRecord, _ definition: WorkflowDefinition, attempts: Int, _ writing: Writing,
        _ consequences: inout Consequences
    ) throws {
        var open = try BackfillDay.open(of: backfill, writing.reading)
        for index in open.indices where open[index].state == .failed {
            try settle(&open[index], of: backfill, attempts: attempts, writing)
        }
        var room = backfill.request.parallel - open.count { $0.state == .running }
        for index in open.indices where open[index].state == .waiting && room > 0 {
            guard try begin(&open[index], of: backfill, definition, writing, &consequences) else { continue }
            room -= 1
        }
        guard !open.contains(where: { $0.state == .waiting || $0.state == .running }) else { return }
        let dead = try writing.count(
            "SELECT count(*) FROM backfill_days WHERE backfill = ? AND state = 'dead'", [.integer(backfill.id)])
        try writing.execute(
            "UPDATE backfills SET state = ?, finished_at = ? WHERE id = ?",
            [.text(dead > 0 ? "failed" : "succeeded"), .integer(time.wall()), .integer(backfill.id)])
    }

    /// A failed day waits for another try, or goes to the dead letters and blocks nothing.
    private func settle(
        _ day: inout BackfillDay, of backfill: BackfillRecord, attempts: Int, _ writing: Writing
    ) throws {
        if day.attempts < attempts {
            day.state = .waiting
            day.reason = "try \(day.attempts) of \(attempts) " + day.reason
        } else {
            day.state = .dead
            let payload = DeadDay(backfill: backfill.id, run: day.run)
            try writing.insert(
                """
                INSERT INTO dead_letters (kind, subject, interval, payload, reason, at)
                VALUES ('backfill', ?, ?, ?, ?, ?)
                """,
                [
                    .text(backfill.request.workflow), .text(day.interval.description),
                    .text(try JSONText.encode(payload)), .text(day.reason), .integer(time.wall()),
                ])
        }
        try day.save(backfill.id, writing)
    }

    /// Returns false when the day has to wait, because another run of its interval is at work.
    private func begin(
        _ day: inout BackfillDay, of backfill: BackfillRecord, _ definition: WorkflowDefinition, _ writing: Writing,
        _ consequences: inout Consequences
    ) throws -> Bool {
        if let active = try writing.reading.activeRun(of: definition.name, day.interval), active.state != .queued {
            return false
        }
        day.state = .running
        // Another try of the same run keeps what has succeeded.
        if let id = day.run, let run = try load(id, writing.reading), run.machine.obstacle(to: .fromFailure) == nil {
            try day.save(backfill.id, writing)
            try advance(run, .retry(.fromFailure), nil, writing, &consequences)
            return true
        }
        let request = backfill.request
        let wish = RunRequest(
            definition: definition, interval: day.interval, reason: backfill.title, priority: .backfill,
            backfill: backfill.id, selection: request.selection)
        switch try self.request(wish, writing, &consequences) {
        case .created(let run), .joined(let run), .follows(let run): day.run = run
        }
        try day.save(backfill.id, writing)
        return true
    }

    /// Days that wait never start; the runs of those that run are cancelled. Returns how many are being stopped.
    fileprivate func cancel(
        _ backfill: BackfillRecord, at now: Int64, _ writing: Writing, _ consequences: inout Consequences
    ) throws -> Int {
        var stopped = 0
        for var day in try BackfillDay.open(of: backfill, writing.reading) {
            guard day.state == .running, let id = day.run, let run = try load(id, writing.reading) else {
                day.state = .cancelled
                day.reason = "cancelled"
                try day.save(backfill.id, writing)
                continue
            }
            try advance(run, .cancel, nil, writing, &consequences)
            stopped += 1
        }
        return stopped
    }
}

extension BackfillRequest {
    /// What the run of a day computes.
    fileprivate var selection: StepSelection {
        switch (only, steps) {
        case (.all, nil): .all
        case (.all, let steps?): .steps(steps)
        case (.missing, _), (.failed, _), (.stale, _): .due(only, among: steps)
        }
    }
}

extension BackfillRecord {
    fileprivate func move(
        from states: [BackfillSummary.State], to state: BackfillSummary.State, _ writing: Writing
    ) throws {
        guard states.contains(self.state) else {
            throw Refusal(.wrong, "\(title) is \(self.state.rawValue)")
        }
        try writing.execute(
            "UPDATE backfills SET state = ? WHERE id = ?", [.text(state.rawValue), .integer(id)])
    }

    /// Failed days wait again, with as many tries as at first. Returns how many.
    fileprivate func retryFailed(_ writing: Writing) throws -> Int {
        let count = try writing.execute(
            """
            UPDATE backfill_days SET state = 'waiting', attempts = 0, reason = 'retried by hand'
            WHERE backfill = ? AND state IN ('dead', 'failed')
            """, [.integer(id)])
        guard count > 0 else { return 0 }
        try writing.execute(
            "UPDATE backfills SET state = 'running', finished_at = NULL WHERE id = ?", [.integer(id)])
        return count
    }
}

/// The payload of a dead letter of a backfill.
private struct DeadDay: Encodable {
    var backfill: Int64
    var run: Int64?
}
