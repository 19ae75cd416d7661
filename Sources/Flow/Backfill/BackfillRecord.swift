import Lake
import Store

/// A backfill as the store has it, without its days.
struct BackfillRecord: Sendable {
    var id: Int64
    var request: BackfillRequest
    var state: BackfillSummary.State

    var title: String { "backfill #\(id)" }

    static func load(_ id: Int64, _ reading: Reading) throws -> BackfillRecord? {
        try reading.first("SELECT * FROM backfills WHERE id = ?", [.integer(id)]).flatMap(BackfillRecord.init)
    }

    static func running(_ reading: Reading) throws -> [BackfillRecord] {
        try reading.rows("SELECT * FROM backfills WHERE state = 'running' ORDER BY id").compactMap(BackfillRecord.init)
    }

    private init?(_ row: Row) throws {
        guard let first = Interval(row.text("first")), let last = Interval(row.text("last")),
            let only = BackfillRequest.Filter(rawValue: row.text("only_filter")),
            let state = BackfillSummary.State(rawValue: row.text("state"))
        else { return nil }
        id = Int64(row.integer("id"))
        self.state = state
        request = BackfillRequest(
            workflow: row.text("workflow"), first: first, last: last, only: only,
            steps: try row.optionalText("only_steps").map { try JSONText.decode([String].self, $0) },
            parallel: row.integer("parallel"), newestFirst: row.bool("newest_first"))
    }

    /// Records a backfill with what its plan says of each day, and returns its number.
    static func insert(_ plan: BackfillPlan, at now: Int64, _ writing: Writing) throws -> Int64 {
        let request = plan.request
        let id = try writing.insert(
            """
            INSERT INTO backfills (workflow, first, last, only_filter, only_steps, parallel, newest_first, state,
                created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'running', ?)
            """,
            [
                .text(request.workflow), .text(request.first.description), .text(request.last.description),
                .text(request.only.rawValue), Value(try request.steps.map { try JSONText.encode($0) }),
                Value(request.parallel), Value(request.newestFirst), .integer(now),
            ])
        for day in plan.days {
            let state: BackfillSummary.DayState = day.runs ? .waiting : .skipped
            try writing.execute(
                "INSERT INTO backfill_days (backfill, interval, state, reason, bytes) VALUES (?, ?, ?, ?, ?)",
                [
                    .integer(id), .text(day.interval.description), .text(state.rawValue), .text(day.reason),
                    .integer(day.bytes),
                ])
        }
        return id
    }

    /// The run of one of its days has ended. A failed day is tried again or set aside by whoever feeds the backfill.
    static func runEnded(_ run: StoredRun, of backfill: Int64, at now: Int64, _ writing: Writing) throws {
        let state: BackfillSummary.DayState
        let reason: String
        switch run.state {
        case .succeeded: (state, reason) = (.succeeded, "computed")
        case .cancelled: (state, reason) = (.cancelled, "cancelled")
        case .failed, .queued, .running, .retrying:
            let failure = run.machine.firstFailure
            state = .failed
            reason = "failed: " + (failure.map { "\($0.step): \($0.failure.message)" } ?? "no step says why")
        }
        try writing.execute(
            """
            UPDATE backfill_days SET state = ?, reason = ?, attempts = attempts + ? WHERE backfill = ? AND run = ?
            """,
            [
                .text(state.rawValue), .text(reason), .integer(state == .failed ? 1 : 0), .integer(backfill),
                .integer(run.id),
            ])
    }

    /// An operator retries the run of one of its days: the backfill counts it again.
    static func reopen(_ backfill: Int64, run: Int64, _ writing: Writing) throws {
        try writing.execute(
            "UPDATE backfill_days SET state = 'running', reason = 'retried by hand', attempts = 0 WHERE backfill = ? AND run = ?",
            [.integer(backfill), .integer(run)])
        try writing.execute(
            """
            UPDATE backfills SET state = 'running', finished_at = NULL
            WHERE id = ? AND state IN ('failed', 'succeeded')
            """, [.integer(backfill)])
    }
}

/// A day of a backfill that is not settled.
struct BackfillDay: Sendable, Hashable {
    var interval: Interval
    var state: BackfillSummary.DayState
    var reason: String
    var run: Int64?
    /// Tries that failed.
    var attempts: Int

    /// The days that wait, run or have failed: those with fewer failures first, then in the backfill's order.
    static func open(of backfill: BackfillRecord, _ reading: Reading) throws -> [BackfillDay] {
        let order = backfill.request.newestFirst ? "DESC" : "ASC"
        return try reading.rows(
            """
            SELECT interval, state, reason, run, attempts FROM backfill_days
            WHERE backfill = ? AND state IN ('waiting', 'running', 'failed') ORDER BY attempts, interval \(order)
            """, [.integer(backfill.id)]
        ).compactMap { row in
            guard let interval = Interval(row.text("interval")),
                let state = BackfillSummary.DayState(rawValue: row.text("state"))
            else { return nil }
            return BackfillDay(
                interval: interval, state: state, reason: row.text("reason"),
                run: row.optionalInteger("run").map(Int64.init), attempts: row.integer("attempts"))
        }
    }

    func save(_ backfill: Int64, _ writing: Writing) throws {
        try writing.execute(
            "UPDATE backfill_days SET state = ?, reason = ?, run = ?, attempts = ? WHERE backfill = ? AND interval = ?",
            [
                .text(state.rawValue), .text(reason), Value(run), Value(attempts), .integer(backfill),
                .text(interval.description),
            ])
    }
}
