import Lake
import Store
import Synchronization

/// A run as the store has it, its machine included.
struct StoredRun: Sendable {
    let id: Int64
    let interval: Interval?
    var state: RunState
    var priority: SlotPriority
    var backfill: Int64?
    var reason: String
    var selection: StepSelection
    var followUp: FollowUp?
    /// Rises with each transition, so that a value kept in memory knows whether it is the newest.
    var revision: Int64
    var machine: RunMachine

    var definition: WorkflowDefinition { machine.definition }
    var workflow: String { machine.definition.name }

    /// How people call it: "run 12 of engagement_daily 2026-11-21".
    var title: String { "run \(id) of \(workflow)" + (interval.map { " \($0)" } ?? "") }
}

/// Definitions as they are stored: by the SHA-256 of their text.
final class DefinitionShelf: Sendable {
    private let known = Mutex<[String: WorkflowDefinition]>([:])

    /// Stores the definition if it is new and returns its hash.
    func put(_ definition: WorkflowDefinition, _ writing: Writing) throws -> String {
        let body = try JSONText.encode(definition)
        let hash = SHA256.hex(body)
        try writing.execute(
            "INSERT INTO definitions (hash, body) VALUES (?, ?) ON CONFLICT DO NOTHING", [.text(hash), .text(body)])
        known.withLock { $0[hash] = definition }
        return hash
    }

    func get(_ hash: String, _ reading: Reading) throws -> WorkflowDefinition {
        if let definition = known.withLock({ $0[hash] }) { return definition }
        let row = try reading.first("SELECT body FROM definitions WHERE hash = ?", [.text(hash)])
        let definition = try JSONText.decode(WorkflowDefinition.self, row?.text("body") ?? "")
        known.withLock { $0[hash] = definition }
        return definition
    }
}

extension StoredRun {
    static func load(_ id: Int64, _ shelf: DefinitionShelf, _ reading: Reading) throws -> StoredRun? {
        guard let row = try reading.first("SELECT * FROM runs WHERE id = ?", [.integer(id)]) else { return nil }
        let definition = try shelf.get(row.text("definition"), reading)
        var machines: [StepMachine] = []
        var outputs: [String: StepOutput] = [:]
        let steps = try reading.rows(
            "SELECT name, machine, output FROM steps WHERE run = ? ORDER BY position", [.integer(id)])
        for step in steps {
            machines.append(try JSONText.decode(StepMachine.self, step.text("machine")))
            if let output = step.optionalText("output") {
                outputs[step.text("name")] = try JSONText.decode(StepOutput.self, output)
            }
        }
        return StoredRun(
            id: id, interval: row.optionalText("interval").flatMap(Interval.init(_:)),
            state: RunState(rawValue: row.text("state")) ?? .failed,
            priority: SlotPriority(rawValue: row.integer("priority")) ?? .daily,
            backfill: row.optionalInteger("backfill").map(Int64.init), reason: row.text("reason"),
            selection: try row.optionalText("only_steps").map { try JSONText.decode(StepSelection.self, $0) } ?? .all,
            followUp: try row.optionalText("follow_up").map { try JSONText.decode(FollowUp.self, $0) },
            revision: Int64(row.integer("revision")),
            machine: RunMachine(
                definition: definition,
                parameters: try JSONText.decode([String: ParameterValue].self, row.text("parameters")),
                steps: machines, outputs: outputs))
    }
}

extension Writing {
    /// Writes the rows of a run's steps, all of them waiting.
    func insertSteps(of run: Int64, _ machine: RunMachine) throws {
        for (position, step) in machine.definition.steps.enumerated() {
            let state = machine.steps[position]
            try execute(
                """
                INSERT INTO steps (run, name, position, kind, state, attempts, machine) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(run), .text(step.name), Value(position), .text(step.work.kind),
                    .text(state.shown.rawValue),
                    Value(state.attempts), .text(try JSONText.encode(state)),
                ])
        }
    }
}

extension StepSelection {
    /// As the store keeps it: nothing for all.
    var stored: Value {
        get throws { self == .all ? .null : .text(try JSONText.encode(self)) }
    }
}

extension Reading {
    /// The run that is queued or at work for an interval of a workflow; there is at most one.
    func activeRun(of workflow: String, _ interval: Interval?) throws -> (id: Int64, state: RunState)? {
        try first(
            """
            SELECT id, state FROM runs WHERE workflow = ? AND ifnull(interval, '') = ?
            AND state IN ('queued', 'running', 'retrying')
            """, [.text(workflow), .text(interval?.description ?? "")]
        ).flatMap { row in RunState(rawValue: row.text("state")).map { (Int64(row.integer("id")), $0) } }
    }
}
