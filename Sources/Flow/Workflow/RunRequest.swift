import Lake
import Store

/// A wish for a run of a workflow's interval: by an event, by hand, by a backfill.
struct RunRequest: Sendable {
    var definition: WorkflowDefinition
    var interval: Interval?
    /// Values over the defaults.
    var given: [String: ParameterValue] = [:]
    var reason: String
    var priority = SlotPriority.daily
    var backfill: Int64?
    var selection = StepSelection.all
    /// The events that the run answers.
    var events: [Int64] = []
    /// How long its inputs must have been quiet.
    var settle = Duration.zero
}

/// What became of a wish.
enum RunAnswer: Sendable, Hashable {
    /// A run of its own.
    case created(Int64)
    /// A run that had not begun answers it too.
    case joined(Int64)
    /// A run is at work; one run afterwards answers this and whatever else happens meanwhile.
    case follows(Int64)
}

extension Runs {
    /// At most one run is active for an interval. A queued run takes the wish in; during a run, wishes make exactly
    /// one follow-up. Throws `Refusal` when parameters don't fit.
    @discardableResult
    func request(
        _ wish: RunRequest, _ writing: Writing, _ consequences: inout Consequences
    ) throws -> RunAnswer {
        guard let active = try writing.reading.activeRun(of: wish.definition.name, wish.interval) else {
            return .created(try create(wish, writing, &consequences))
        }
        guard var run = try consequences.runs[active.id] ?? load(active.id, writing.reading) else {
            return .created(try create(wish, writing, &consequences))
        }
        run.revision += 1
        if active.state == .queued {
            try join(wish, &run, writing, &consequences)
        } else {
            var followUp = run.followUp ?? FollowUp(selection: wish.selection, events: [], reason: wish.reason)
            followUp.selection = followUp.selection.joined(wish.selection)
            followUp.events += wish.events
            run.followUp = followUp
            try writing.execute(
                "UPDATE runs SET follow_up = ?, revision = ? WHERE id = ?",
                [.text(try JSONText.encode(followUp)), .integer(run.revision), .integer(run.id)])
        }
        consequences.runs[run.id] = run
        return active.state == .queued ? .joined(run.id) : .follows(run.id)
    }

    private func create(
        _ wish: RunRequest, _ writing: Writing, _ consequences: inout Consequences
    ) throws -> Int64 {
        let parameters = try RunParameters.resolve(wish.definition, interval: wish.interval, given: wish.given)
        let hash = try shelf.put(wish.definition, writing)
        let wait = wish.settle.inMilliseconds
        let now = time.wall()
        let id = try writing.insert(
            """
            INSERT INTO runs (workflow, interval, parameters, definition, state, reason, priority, backfill, only_steps,
                created_at, due_at, events)
            VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(wish.definition.name), Value(wish.interval?.description), .text(try JSONText.encode(parameters)),
                .text(hash), .text(wish.reason), Value(wish.priority.rawValue), Value(wish.backfill),
                try wish.selection.stored, .integer(now), .integer(now + wait), .text(try JSONText.encode(wish.events)),
            ])
        let machine = RunMachine(definition: wish.definition, parameters: parameters)
        try writing.insertSteps(of: id, machine)
        consequences.runs[id] = StoredRun(
            id: id, interval: wish.interval, state: .queued, priority: wish.priority, backfill: wish.backfill,
            reason: wish.reason, selection: wish.selection, followUp: nil, revision: 0, machine: machine)
        let queued = QueuedRun(
            id: id, workflow: wish.definition.name, interval: wish.interval, priority: wish.priority)
        consequences.queued.append((queued, wait))
        return id
    }

    private func join(
        _ wish: RunRequest, _ run: inout StoredRun, _ writing: Writing, _ consequences: inout Consequences
    ) throws {
        run.selection = run.selection.joined(wish.selection)
        run.priority = min(run.priority, wish.priority)
        if let backfill = wish.backfill {
            run.backfill = backfill
            run.reason = wish.reason
        }
        if !wish.given.isEmpty {
            let parameters = try RunParameters.resolve(wish.definition, interval: wish.interval, given: wish.given)
            run.machine = RunMachine(definition: run.definition, parameters: parameters)
        }
        let row = try writing.first("SELECT events FROM runs WHERE id = ?", [.integer(run.id)])
        let events = try JSONText.decode([Int64].self, row?.text("events") ?? "[]") + wish.events
        let wait = wish.settle.inMilliseconds
        try writing.execute(
            """
            UPDATE runs SET only_steps = ?, priority = ?, backfill = ?, reason = ?, parameters = ?, events = ?,
                due_at = ?, revision = ?
            WHERE id = ?
            """,
            [
                try run.selection.stored, Value(run.priority.rawValue), Value(run.backfill), .text(run.reason),
                .text(try JSONText.encode(run.machine.parameters)), .text(try JSONText.encode(events)),
                .integer(time.wall() + wait), .integer(run.revision), .integer(run.id),
            ])
        let queued = QueuedRun(id: run.id, workflow: run.workflow, interval: run.interval, priority: run.priority)
        consequences.queued.append((queued, wait))
    }

}
