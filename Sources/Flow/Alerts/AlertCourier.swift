import Foundation
import Lake
import Logging
import Store
import Synchronization

/// Tells channels of alerts: runs each channel's program with the alert as JSON on its stdin.
///
/// A channel is told one alert at a time and never waits for another channel. A program that fails is tried again
/// twice, later each time; then the channel is given up on for this alert, which the log says. An engine that dies in
/// the middle tells again: `alert` in the JSON is the number that tells repeats apart.
final class AlertCourier: Sendable {
    static let timeout = Duration.seconds(30)
    static let mostTries = 3

    private let store: Store
    private let children: RecordedProcesses
    private let environment: [String: String]
    private let log: Logger
    private let clock: @Sendable () -> Int64
    private let busy = Mutex<Set<String>>([])

    init(
        store: Store, children: RecordedProcesses, environment: [String: String], log: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.children = children
        self.environment = environment
        self.log = log
        self.clock = clock
    }

    /// What a channel is to hear.
    struct Telling: Sendable, Hashable {
        let channel: AlertChannel
        let alert: AlertSummary
        /// The event that makes it worth telling; the alert may speak for several.
        let kind: String
        let tries: Int
    }

    /// The oldest telling that is due for each channel that has none at work; each must be given to `tell`.
    func due(_ channels: [AlertChannel]) async throws -> [Telling] {
        let now = clock()
        let rows = try await store.read { reading in
            try reading.rows(
                """
                SELECT t.channel, t.kind AS telling_kind, t.tries, a.* FROM tellings t JOIN alerts a ON a.id = t.alert
                WHERE t.told_at IS NULL AND t.due_at <= ? ORDER BY t.due_at, t.alert LIMIT 100
                """, [.integer(now)])
        }
        guard !rows.isEmpty else { return [] }
        let known = Dictionary(channels.map { ($0.name, $0) }) { first, _ in first }
        return busy.withLock { busy in
            rows.compactMap { row in
                // A channel that weir.yaml no longer has keeps its tellings until it comes back.
                guard let channel = known[row.text("channel")], busy.insert(channel.name).inserted else { return nil }
                return Telling(
                    channel: channel, alert: AlertSummary(row), kind: row.text("telling_kind"),
                    tries: row.integer("tries"))
            }
        }
    }

    /// Runs the channel's program and records how it went.
    func tell(_ telling: Telling, project: Project) async throws {
        defer { busy.withLock { _ = $0.remove(telling.channel.name) } }
        let failure = try await run(telling, project)
        try Task.checkCancellation()
        let now = clock()
        let isLast = failure == nil || telling.tries + 1 >= AlertCourier.mostTries
        let wait: Int64 = telling.tries == 0 ? 10_000 : 60_000
        try await store.write { writing in
            try writing.execute(
                "UPDATE tellings SET tries = tries + 1, told_at = ?, due_at = ?, failure = ? WHERE alert = ? AND channel = ?",
                [
                    isLast ? .integer(now) : .null, .integer(now + wait), Value(failure), .integer(telling.alert.id),
                    .text(telling.channel.name),
                ])
        }
        if let failure {
            log.warning(
                "channel \(telling.channel.name) could not be told of alert #\(telling.alert.id)\(isLast ? " and won't be" : ""): \(failure)"
            )
        }
    }

    /// nil when the program ended well; else what was wrong.
    private func run(_ telling: Telling, _ project: Project) async throws -> String? {
        let message = Message(telling, project: project.name)
        let program = Program(
            arguments: telling.channel.run, directory: project.directory, environment: environment,
            input: Array(try JSONText.encode(message).utf8), timeout: AlertCourier.timeout)
        do {
            let end = try await program.run(children: children) { _ in }
            switch end.outcome {
            case .exited(0): return nil
            case .exited(let code): return "exit \(code)" + (end.lastError.isEmpty ? "" : ": \(end.lastError)")
            case .signalled(let signal): return "ended by signal \(signal)"
            case .timedOut: return "it had not ended after \(AlertCourier.timeout.components.seconds) s"
            case .cancelled: throw CancellationError()
            }
        } catch let failure as WorkFailure {
            return failure.message
        }
    }

    /// What a channel's program reads on its stdin.
    private struct Message: Encodable {
        var project: String
        var channel: String
        var kind: String
        var alert: Int64
        var subject: String
        var step: String?
        var interval: String?
        var run: Int64?
        var state: AlertSummary.State
        var message: String
        var occurrences: Int
        var openedAt: Int64

        init(_ telling: Telling, project: String) {
            self.project = project
            channel = telling.channel.name
            kind = telling.kind
            alert = telling.alert.id
            subject = telling.alert.subject
            step = telling.alert.step
            interval = telling.alert.interval
            run = telling.alert.run
            state = telling.alert.state
            message = telling.alert.message
            occurrences = telling.alert.occurrences
            openedAt = telling.alert.openedAt
        }
    }
}
