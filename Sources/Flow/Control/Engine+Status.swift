import Foundation
import Lake
import Store
import Synchronization

extension Engine {
    package func pulses(rest: Duration) -> AsyncStream<EnginePulse> { pulseBoard.listen(rest: rest, first: now) }

    private var now: EnginePulse { EnginePulse(generation: epoch << 32 + store.commits, status: status()) }

    /// The engine as it is now; counts of runs are as `countRuns` last found them.
    func status() -> EngineStatus {
        let (address, runs) = condition.withLock { ($0.address, $0.runsByState) }
        let load = workers.load
        let uptime = ContinuousClock.now - started
        return EngineStatus(
            pid: getpid(), epoch: epoch, uptimeSeconds: Double(uptime.components.seconds), project: project.name,
            address: address, slots: SlotStatus(total: load.total, busy: load.busy, waiting: load.waiting),
            streams: streams.status(), runsByState: runs, steps: workflows.liveSteps())
    }

    func countRuns() async throws {
        let counts = try await store.read { reading in
            try reading.rows("SELECT state, count(*) AS runs FROM runs GROUP BY state")
        }
        let runs = Dictionary(uniqueKeysWithValues: counts.map { ($0.text("state"), $0.integer("runs")) })
        condition.withLock { $0.runsByState = runs }
    }

    /// Tells those who listen of changes, at up to 10 Hz, and at least once a second.
    func pulse() async throws {
        var last: EnginePulse?
        var ticks = 0
        var countedAt: Int64 = -1
        while true {
            try await Task.sleep(for: .milliseconds(100))
            guard pulseBoard.hasListeners else {
                last = nil
                continue
            }
            ticks += 1
            let commits = store.commits
            // Counting reads an entry for each run there ever was: not more often than once a second.
            if last == nil || (ticks >= 10 && commits != countedAt) {
                try await countRuns()
                countedAt = commits
            }
            let pulse = now
            guard ticks >= 10 || !pulse.saysTheSame(as: last) else { continue }
            pulseBoard.tell(pulse)
            last = pulse
            ticks = 0
        }
    }
}

extension EnginePulse {
    /// Whether nothing but the passing of time tells two pulses apart.
    func saysTheSame(as other: EnginePulse?) -> Bool {
        guard var other else { return false }
        other.status.uptimeSeconds = status.uptimeSeconds
        return other == self
    }
}
