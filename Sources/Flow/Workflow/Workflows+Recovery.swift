import Lake
import Store
import Synchronization

extension Workflows {
    /// Takes up what an engine before this one left: its attempts end as `Engine.Restarted`, waits go on where they
    /// were.
    func recover() async throws {
        let now = time.wall()
        let found = try await commit { [runs] writing, consequences in
            var found = Found()
            found.paused = Set(try writing.rows("SELECT workflow FROM paused_workflows").map { $0.text("workflow") })
            let rows = try writing.rows(
                """
                SELECT id, workflow, interval, priority, state, due_at FROM runs
                WHERE state IN ('queued', 'running', 'retrying') ORDER BY id
                """)
            for row in rows {
                let id = Int64(row.integer("id"))
                guard row.text("state") != "queued" else {
                    found.queued.append((QueuedRun(row), Int64(row.integer("due_at"))))
                    continue
                }
                guard let run = try runs.load(id, writing.reading) else { continue }
                // Waits that began before; those that begin now are among the consequences.
                for (step, machine) in zip(run.definition.steps, run.machine.steps) {
                    guard case .retrying(let attempt, let due, _) = machine.state else { continue }
                    found.retries.append((AttemptKey(run: id, step: step.name, number: attempt), due))
                }
                try runs.advance(run, runs.restarted(), nil, writing, &consequences)
            }
            return found
        }
        let monotonic = time.monotonic()
        live.withLock { live in
            live.paused = found.paused
            for (key, due) in found.retries { live.resume(key, in: due.remaining(at: now), now: monotonic) }
            var queued = Consequences()
            for (run, due) in found.queued {
                let settle = project.workflow(run.workflow)?.settle.inMilliseconds ?? 0
                queued.queued.append((run, min(max(due - now, 0), settle)))
            }
            live.take(queued, now: monotonic)
        }
    }

    private struct Found: Sendable {
        var paused: Set<String> = []
        var queued: [(run: QueuedRun, due: Int64)] = []
        var retries: [(key: AttemptKey, due: Due)] = []
    }
}

extension QueuedRun {
    fileprivate init(_ row: Row) {
        self.init(
            id: Int64(row.integer("id")), workflow: row.text("workflow"),
            interval: row.optionalText("interval").flatMap(Interval.init(_:)),
            priority: SlotPriority(rawValue: row.integer("priority")) ?? .daily)
    }
}
