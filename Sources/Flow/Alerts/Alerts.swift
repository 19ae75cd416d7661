package import Lake
package import Logging
package import Store
import Synchronization

/// Opens and closes alerts as the event log tells, and has each told once to the channels that want it.
package final class Alerts: Sendable {
    private static let cursor = "alerts"
    /// Events read in one transaction.
    private static let batch = 200

    private let store: Store
    private let courier: AlertCourier
    private let clock: @Sendable () -> Int64
    private let project: Mutex<Project>

    /// `clock` tells milliseconds since 1970.
    package init(
        project: Project, store: Store, children: RecordedProcesses, environment: [String: String], log: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.clock = clock
        self.project = Mutex(project)
        courier = AlertCourier(store: store, children: children, environment: environment, log: log, clock: clock)
    }

    package func apply(_ project: Project) { self.project.withLock { $0 = project } }

    /// Works until cancelled; on a full disk it waits for room. What a channel's program does, or fails to do, delays
    /// no reading and no other channel.
    package func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var seen: Int64 = -1
            var lookedAt: Int64 = 0
            while true {
                do {
                    // Snoozes end by the clock alone.
                    if store.commits != seen || clock() - lookedAt > 5000 {
                        (seen, lookedAt) = (store.commits, clock())
                        while try await readEvents() {}
                    }
                } catch StoreError.full {
                    seen = -1
                    try await Task.sleep(for: .seconds(1))
                }
                let project = project.withLock { $0 }
                for telling in try await courier.due(project.alerts) {
                    group.addTask {
                        // On a full disk no program is started: the telling stays due.
                        do { try await self.courier.tell(telling, project: project) } catch StoreError.full {}
                    }
                }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    /// Reads the events that are new and raises, counts and closes alerts as they say. Returns whether there may be
    /// more to read.
    func readEvents() async throws -> Bool {
        let (channels, now) = (project.withLock { $0.alerts }, clock())
        return try await store.write { writing in
            let last = try writing.first("SELECT sequence FROM cursors WHERE rule = ?", [.text(Alerts.cursor)])
            let events = try writing.reading.events(
                after: Int64(last?.integer("sequence") ?? 0), limit: Alerts.batch)
            for event in events {
                for decision in AlertDecision.decisions(for: event) {
                    try writing.apply(decision, channels: channels, at: now)
                }
            }
            if let newest = events.last {
                try writing.execute(
                    """
                    INSERT INTO cursors (rule, sequence) VALUES (?, ?)
                    ON CONFLICT (rule) DO UPDATE SET sequence = excluded.sequence
                    """, [.text(Alerts.cursor), .integer(newest.sequence)])
            }
            try writing.reconcileAlerts(at: now)
            return events.count == Alerts.batch
        }
    }

    /// What to tell the operator. Throws `Refusal` when there is no such open alert.
    package func acknowledge(_ alert: Int64) async throws -> String {
        try await change(alert, .acknowledged, until: nil)
        return "alert #\(alert) is acknowledged"
    }

    /// The alert is quiet for some seconds; if it is still there then, it is told again.
    package func snooze(_ alert: Int64, seconds: Int) async throws -> String {
        guard seconds > 0 else { throw Refusal(.wrong, "an alert can be quiet for 1 s or more, not \(seconds) s") }
        try await change(alert, .snoozed, until: clock() + Int64(seconds) * 1000)
        return "alert #\(alert) is quiet for \(seconds / 60 > 0 ? "\(seconds / 60) min" : "\(seconds) s")"
    }

    private func change(_ alert: Int64, _ state: AlertSummary.State, until: Int64?) async throws {
        let now = clock()
        let changed = try await store.write {
            try $0.execute(
                "UPDATE alerts SET state = ?, snoozed_until = ?, changed_at = ? WHERE id = ? AND state <> 'closed'",
                [.text(state.rawValue), Value(until), .integer(now), .integer(alert)])
        }
        guard changed == 1 else { throw Refusal(.wrong, "no open alert #\(alert); see weir alerts") }
    }
}
