import Flow
import Foundation
import Lake
import Store

/// What weir.yaml would change: its workflows as they are now against those that the store last ran.
struct ProjectPlan: Encodable, Equatable {
    struct Step: Encodable, Equatable {
        enum Change: String, Encodable, Equatable { case added, removed, changed }
        var workflow: String
        var step: String
        var change: Change
        /// What differs: "sql", "checks".
        var what: [String]
        /// Computed intervals that the change makes stale.
        var stale: Stale?
    }
    struct Stale: Encodable, Equatable {
        var intervals: Int
        var first: String
        var last: String
    }
    var steps: [Step]
    /// Workflows that have never run: there is nothing to compare them with.
    var neverRan: [String]
    /// Workflows that have run and are gone from weir.yaml.
    var removed: [String]

    var isEmpty: Bool { steps.isEmpty && removed.isEmpty }

    /// Compares with the definitions that the newest runs started with.
    static func make(_ project: Project, _ reading: Reading) throws -> ProjectPlan {
        var plan = ProjectPlan(steps: [], neverRan: [], removed: [])
        let known = try reading.rows("SELECT workflow, max(id) AS id FROM runs GROUP BY workflow ORDER BY workflow")
        for row in known where project.workflow(row.text("workflow")) == nil {
            plan.removed.append(row.text("workflow"))
        }
        for workflow in project.workflows {
            guard let old = try lastDefinition(of: workflow.name, reading) else {
                plan.neverRan.append(workflow.name)
                continue
            }
            plan.steps += try steps(workflow, since: old, reading)
        }
        return plan
    }

    private static func lastDefinition(of workflow: String, _ reading: Reading) throws -> WorkflowDefinition? {
        let row = try reading.first(
            """
            SELECT d.body FROM runs r JOIN definitions d ON d.hash = r.definition
            WHERE r.workflow = ? ORDER BY r.id DESC LIMIT 1
            """, [.text(workflow)])
        return row.flatMap { try? JSONDecoder().decode(WorkflowDefinition.self, from: Data($0.text("body").utf8)) }
    }

    private static func steps(
        _ new: WorkflowDefinition, since old: WorkflowDefinition, _ reading: Reading
    ) throws -> [Step] {
        var steps: [Step] = []
        for step in new.steps {
            guard let before = old.step(step.name) else {
                steps.append(Step(workflow: new.name, step: step.name, change: .added, what: [], stale: nil))
                continue
            }
            let what = step.differences(from: before)
            guard !what.isEmpty else { continue }
            let stale = what.contains("sql") ? try computed(new.name, step.name, reading) : nil
            steps.append(Step(workflow: new.name, step: step.name, change: .changed, what: what, stale: stale))
        }
        return steps
            + old.steps.filter { new.step($0.name) == nil }.map {
                Step(workflow: new.name, step: $0.name, change: .removed, what: [], stale: nil)
            }
    }

    /// The intervals for which the step has succeeded.
    private static func computed(_ workflow: String, _ step: String, _ reading: Reading) throws -> Stale? {
        let row = try reading.first(
            """
            SELECT count(DISTINCT r.interval) AS intervals, min(r.interval) AS first, max(r.interval) AS last
            FROM runs r JOIN steps s ON s.run = r.id
            WHERE r.workflow = ? AND s.name = ? AND s.state = 'succeeded' AND r.interval IS NOT NULL
            """, [.text(workflow), .text(step)])
        guard let row, row.integer("intervals") > 0 else { return nil }
        return Stale(intervals: row.integer("intervals"), first: row.text("first"), last: row.text("last"))
    }

    func show(_ output: Output) {
        for name in removed { output.say("workflow \(name) is gone: its history stays") }
        for name in neverRan { output.say("workflow \(name) has never run") }
        guard !steps.isEmpty else {
            if removed.isEmpty { output.say("no step differs from what last ran") }
            return
        }
        var table = TextTable("WORKFLOW", "STEP", "CHANGE", "WHAT", "STALE")
        for step in steps {
            let stale = step.stale.map { "\(Figure.several($0.intervals, "interval")), \($0.first)..\($0.last)" }
            table.add(
                .init(step.workflow), .init(step.step), .init(step.change.rawValue, step.change.tone),
                .init(step.what.joined(separator: ", ")), .init(stale ?? ""))
        }
        output.say(table)
        for step in steps {
            guard let stale = step.stale else { continue }
            output.say(
                "to compute them again: weir backfill \(step.workflow) \(stale.first)..\(stale.last) --only stale")
        }
    }
}

extension ProjectPlan.Step.Change {
    fileprivate var tone: TextTable.Tone {
        switch self {
        case .added: .good
        case .removed: .bad
        case .changed: .waiting
        }
    }
}

extension StepDefinition {
    /// In words, what differs from an older definition of the step.
    fileprivate func differences(from old: StepDefinition) -> [String] {
        var found: [String] = []
        if case .query(let now) = work, case .query(let before) = old.work {
            if now.sql != before.sql { found.append("sql") }
            if now.into != before.into { found.append("into") }
            if now.reads != before.reads { found.append("reads") }
            if now.checks != before.checks { found.append("checks") }
            if now.file != before.file { found.append("file") }
        } else if work != old.work {
            found.append(work.kind == old.work.kind ? work.kind : "\(old.work.kind) is now \(work.kind)")
        }
        if Set(needs) != Set(old.needs) { found.append("needs") }
        if timeout != old.timeout { found.append("timeout") }
        if retry != old.retry { found.append("retry") }
        if catches != old.catches || onlyByCatch != old.onlyByCatch { found.append("catch") }
        if when != old.when { found.append("when") }
        return found
    }
}
