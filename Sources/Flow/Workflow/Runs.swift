import Lake
import Store
import Synchronization

/// Moves runs on in the store. A transition is one value of `RunMachine` after another, written in the same
/// transaction as what it tells of; what follows from it is left to the caller, after the commit.
final class Runs: Sendable {
    /// The engine's start, which marks attempts.
    let epoch: Int64
    let shelf = DefinitionShelf()
    let time: Timekeeper
    /// In 0..<1, for jitter.
    private let chance: @Sendable () -> Double
    /// Active runs as they were last committed. A transition uses one only if the store has the same revision.
    private let kept = Mutex<[Int64: StoredRun]>([:])

    init(epoch: Int64, time: Timekeeper, chance: @escaping @Sendable () -> Double) {
        self.epoch = epoch
        self.time = time
        self.chance = chance
    }

    func load(_ id: Int64, _ reading: Reading) throws -> StoredRun? {
        if let run = kept.withLock({ $0[id] }) {
            let revision = try reading.count("SELECT revision FROM runs WHERE id = ?", [.integer(id)])
            if Int64(revision) == run.revision { return run }
        }
        return try StoredRun.load(id, shelf, reading)
    }

    /// Keeps what a committed transaction made of its runs.
    func keep(_ runs: [Int64: StoredRun]) {
        kept.withLock { kept in
            for (id, run) in runs {
                if run.state.isTerminal {
                    kept[id] = nil
                } else if (kept[id]?.revision ?? -1) < run.revision {
                    kept[id] = run
                }
            }
        }
    }

    /// Lets an event happen to a run, in this transaction. An event that means nothing to it changes nothing.
    func advance(
        _ run: StoredRun, _ event: RunMachine.Event, _ report: AttemptReport? = nil, _ writing: Writing,
        _ consequences: inout Consequences
    ) throws {
        let now = time.wall()
        let before = run
        var run = run
        let effects = run.machine.advance(event)
        guard run.machine != before.machine || !effects.isEmpty else { return }
        run.state = run.machine.state
        run.revision += 1
        let ended = effects.contains { if case .finished = $0 { true } else { false } }
        let followUp = ended ? run.followUp : nil
        if ended { run.followUp = nil }

        for index in run.machine.steps.indices where run.machine.steps[index] != before.machine.steps[index] {
            try save(index, of: run, before: before, report, at: now, writing)
        }
        try save(run, before: before, ended: ended, at: now, writing)
        for effect in effects {
            try carry(effect, of: run, at: now, writing, &consequences)
        }
        consequences.runs[run.id] = run
        if before.state == .queued { consequences.unqueued.append(run.id) }
        if let followUp {
            try request(
                RunRequest(
                    definition: run.definition, interval: run.interval, given: [:], reason: followUp.reason,
                    selection: followUp.selection, events: followUp.events, settle: run.definition.settle),
                writing, &consequences)
        }
        if ended, let backfill = run.backfill {
            try BackfillRecord.runEnded(run, of: backfill, at: now, writing)
            consequences.backfillsMoved = true
        }
    }

    /// The same by the run's number. Returns false when there is no such run.
    @discardableResult
    func advance(
        _ id: Int64, _ event: RunMachine.Event, _ report: AttemptReport? = nil, _ writing: Writing,
        _ consequences: inout Consequences
    ) throws -> Bool {
        guard let run = try consequences.runs[id] ?? load(id, writing.reading) else { return false }
        try advance(run, event, report, writing, &consequences)
        return true
    }

    /// Publishes an attempt's results and records its success, in this transaction. An attempt that was asked to stop,
    /// or is not at work any more, publishes nothing. Returns whether something was published.
    func succeed(
        _ key: AttemptKey, _ result: StepResult, log: String, at now: Int64, _ writing: Writing,
        _ consequences: inout Consequences
    ) throws -> Bool {
        guard let run = try load(key.run, writing.reading) else { return false }
        var report = AttemptReport(
            rows: result.rows, bytesScanned: result.bytesScanned, inputs: result.inputs, sqlHash: result.sqlHash,
            log: log)
        var published = false
        if run.machine.step(key.step)?.state == .running(attempt: key.number, stopping: false) {
            for partition in result.publications {
                let commit = try writing.publish(partition, at: now)
                published = published || commit.changed
                report.log += commit.words + "\n"
            }
        }
        let event = RunMachine.Event.succeeded(step: key.step, attempt: key.number, output: result.output)
        try advance(run, event, report, writing, &consequences)
        return published
    }

    /// Gives a queued run the definition of now and the steps that it computes.
    func redefine(
        _ run: StoredRun, _ definition: WorkflowDefinition, only: Set<String>?, _ writing: Writing
    ) throws -> StoredRun {
        var run = run
        var parameters = run.machine.parameters
        for parameter in definition.parameters where parameters[parameter.name] == nil {
            parameters[parameter.name] = parameter.fallback
        }
        run.machine = RunMachine(definition: definition, parameters: parameters, only: only)
        if let only { run.selection = .steps(definition.steps.map(\.name).filter(only.contains)) }
        let hash = try shelf.put(definition, writing)
        try writing.execute("DELETE FROM steps WHERE run = ?", [.integer(run.id)])
        try writing.insertSteps(of: run.id, run.machine)
        try writing.execute(
            "UPDATE runs SET definition = ?, parameters = ?, only_steps = ? WHERE id = ?",
            [.text(hash), .text(try JSONText.encode(parameters)), try run.selection.stored, .integer(run.id)])
        return run
    }

    func failed(_ key: AttemptKey, _ failure: WorkFailure) -> RunMachine.Event {
        .failed(
            step: key.step, attempt: key.number, StepFailure(name: failure.name, message: failure.message),
            at: time.wall(), chance: chance())
    }

    func restarted() -> RunMachine.Event { .restarted(at: time.wall(), chance: chance()) }
}

// MARK: Rows

extension Runs {
    private func save(
        _ run: StoredRun, before: StoredRun, ended: Bool, at now: Int64, _ writing: Writing
    ) throws {
        let shown = run.machine.firstFailure ?? run.machine.firstRetrying
        // A column of an index that is set is written anew in the index, even to what it was.
        guard run.state != before.state || ended else {
            try writing.execute(
                "UPDATE runs SET revision = ?, failed_step = ?, error = ?, message = ?, follow_up = ? WHERE id = ?",
                [
                    .integer(run.revision), Value(shown?.step), Value(shown?.failure.name.rawValue),
                    Value(shown?.failure.message), Value(try run.followUp.map { try JSONText.encode($0) }),
                    .integer(run.id),
                ])
            return
        }
        let begun = before.state != .queued || run.state != .cancelled
        try writing.execute(
            """
            UPDATE runs SET state = ?, revision = ?, started_at = ifnull(started_at, ?), finished_at = ?,
                failed_step = ?, error = ?, message = ?, due_at = NULL, follow_up = ?
            WHERE id = ?
            """,
            [
                .text(run.state.rawValue), .integer(run.revision), begun ? .integer(now) : .null,
                ended ? .integer(now) : .null,
                Value(shown?.step), Value(shown?.failure.name.rawValue), Value(shown?.failure.message),
                Value(try run.followUp.map { try JSONText.encode($0) }), .integer(run.id),
            ])
    }

    /// A step's row, and the row of the attempt that ended by this change.
    private func save(
        _ index: Int, of run: StoredRun, before: StoredRun, _ report: AttemptReport?, at now: Int64, _ writing: Writing
    ) throws {
        let name = run.definition.steps[index].name
        let machine = run.machine.steps[index]
        var ended: Int?
        if case .running(let attempt, _) = before.machine.steps[index].state {
            if case .running(attempt, _) = machine.state { ended = nil } else { ended = attempt }
        }
        if let ended {
            try close(AttemptKey(run: run.id, step: name, number: ended), machine, report, at: now, writing)
        }

        let begins = machine.attempts > before.machine.steps[index].attempts
        let over = machine.isOver && machine.attempts > 0
        var due: Int64?
        if case .retrying(_, let waits, _) = machine.state { due = waits.at }
        try writing.execute(
            """
            UPDATE steps SET state = ?, attempts = ?, machine = ?, due_at = ?, error = ?, message = ?,
                started_at = CASE WHEN ? THEN ? ELSE started_at END, finished_at = ?
            WHERE run = ? AND name = ?
            """,
            [
                .text(machine.shown.rawValue), Value(machine.attempts), .text(try JSONText.encode(machine)), Value(due),
                Value(machine.failure?.name.rawValue), Value(machine.failure?.message), Value(begins), .integer(now),
                over ? .integer(now) : .null, .integer(run.id), .text(name),
            ])
        guard machine.state == .succeeded, ended != nil else { return }
        try writing.execute(
            "UPDATE steps SET output = ?, rows = ?, bytes_scanned = ?, inputs = ?, sql_hash = ? WHERE run = ? AND name = ?",
            [
                .text(try JSONText.encode(run.machine.outputs[name] ?? [:])), Value(report?.rows),
                Value(report?.bytesScanned), Value(try report?.inputs.map { try JSONText.encode($0) }),
                Value(report?.sqlHash), .integer(run.id), .text(name),
            ])
    }

    private func close(
        _ key: AttemptKey, _ machine: StepMachine, _ report: AttemptReport?, at now: Int64, _ writing: Writing
    ) throws {
        let failure: StepFailure?
        let state: StepState
        switch machine.state {
        case .succeeded: (state, failure) = (.succeeded, nil)
        case .cancelled: (state, failure) = (.cancelled, StepFailure(name: .cancelled, message: "cancelled"))
        case .failed(let found, _), .retrying(_, _, let found):
            (state, failure) = (found.name == .timeout ? .timedOut : .failed, found)
        // Run again at once: its engine was gone.
        case .running, .waiting, .skipped: (state, failure) = (.failed, .restarted)
        }
        try writing.execute(
            """
            UPDATE attempts SET state = ?, finished_at = ?, error = ?, message = ?, rows = ?, bytes_scanned = ?, log = ?
            WHERE run = ? AND step = ? AND number = ?
            """,
            [
                .text(state.rawValue), .integer(now), Value(failure?.name.rawValue), Value(failure?.message),
                Value(report?.rows), Value(report?.bytesScanned), .text(report?.log ?? ""), .integer(key.run),
                .text(key.step), Value(key.number),
            ])
    }

    /// Records what an effect must leave in this transaction and notes what is to be done after it.
    private func carry(
        _ effect: RunMachine.Effect, of run: StoredRun, at now: Int64, _ writing: Writing,
        _ consequences: inout Consequences
    ) throws {
        switch effect {
        case .step(let name, .start(let attempt)):
            let key = AttemptKey(run: run.id, step: name, number: attempt)
            try writing.execute(
                "INSERT INTO attempts (run, step, number, epoch, state, started_at) VALUES (?, ?, ?, ?, 'running', ?)",
                [.integer(run.id), .text(name), Value(attempt), .integer(epoch), .integer(now)])
            if let order = run.order(key) { consequences.orders.append(order) }
        case .step(let name, .stop(let attempt)):
            consequences.stops.append(AttemptKey(run: run.id, step: name, number: attempt))
        case .step(let name, .wait(let attempt, let due, let failure)):
            consequences.retries.append((AttemptKey(run: run.id, step: name, number: attempt), due))
            try append("step.retrying", run, StepNotice(run, name, failure, attempt, due: due.at), at: now, writing)
        case .step(let name, .gaveUp(let attempt, let failure)):
            try append("step.failed", run, StepNotice(run, name, failure, attempt, due: nil), at: now, writing)
        case .finished(let state):
            try append("run.\(state.rawValue)", run, RunNotice(run), at: now, writing)
            consequences.ended.append((run.id, state))
        }
    }

    private func append(
        _ kind: String, _ run: StoredRun, _ payload: some Encodable, at now: Int64, _ writing: Writing
    ) throws {
        try writing.append(
            kind: kind, subject: run.workflow, interval: run.interval?.description,
            payload: try JSONText.encode(payload), at: now)
    }
}

/// The payload of `step.failed` and `step.retrying`.
private struct StepNotice: Encodable {
    var run: Int64
    var step: String
    var error: String
    var message: String
    var attempt: Int
    /// When the next attempt is due, in milliseconds since 1970.
    var due: Int64?

    init(_ run: StoredRun, _ step: String, _ failure: StepFailure, _ attempt: Int, due: Int64?) {
        self.run = run.id
        self.step = step
        error = failure.name.rawValue
        message = failure.message
        self.attempt = attempt
        self.due = due
    }
}

/// The payload of `run.succeeded`, `run.failed` and `run.cancelled`.
private struct RunNotice: Encodable {
    var run: Int64
    var reason: String
    var backfill: Int64?
    var step: String?
    var error: String?
    var message: String?

    init(_ run: StoredRun) {
        self.run = run.id
        reason = run.reason
        backfill = run.backfill
        step = run.machine.firstFailure?.step
        error = run.machine.firstFailure?.failure.name.rawValue
        message = run.machine.firstFailure?.failure.message
    }
}

extension ObjectCommit {
    fileprivate var words: String {
        let place = partition.isEmpty ? "\(table)" : "\(table) \(partition)"
        return changed
            ? "published \(place), version \(version): \(rows) rows, \(bytes) bytes"
            : "\(place) holds this content already: nothing was published"
    }
}

extension StoredRun {
    /// The work of an attempt; nil when the run has no such step.
    func order(_ key: AttemptKey) -> AttemptOrder? {
        guard let step = definition.step(key.step) else { return nil }
        return AttemptOrder(
            key: key, workflow: definition, step: step, interval: interval, parameters: machine.parameters,
            priority: priority, backfill: backfill, outputs: machine.outputs, caught: machine.step(key.step)?.caught)
    }
}
