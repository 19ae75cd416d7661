import Lake
import Store

/// What an alert is about. Two events of the same identity are one alert.
struct AlertIdentity: Sendable, Hashable {
    /// The kind of the event that opened it.
    var kind: String
    /// A workflow, a stream, a crawler.
    var subject: String
    var step: String?
    var interval: String?
}

/// What an event means for alerts.
enum AlertDecision: Sendable, Hashable {
    /// Open the alert, or count one more occurrence of it.
    case raise(AlertIdentity, message: String, run: Int64?)
    /// A run ended badly. Where one of its steps has an open alert, that alert speaks for both; else it has its own.
    case raiseUnlessStepDid(AlertIdentity, message: String, run: Int64?)
    /// The step no longer waits for another try.
    case closeRetrying(subject: String, step: String, interval: String?)
    /// What was wrong with an interval of a workflow is over.
    case closeAll(subject: String, interval: String?)

    /// Events that nobody needs to act on decide nothing.
    static func decisions(for event: StoredEvent) -> [AlertDecision] {
        let notice = (try? JSONText.decode(Notice.self, event.payload)) ?? Notice()
        let identity = AlertIdentity(
            kind: event.kind, subject: event.subject, step: notice.step, interval: event.interval)
        switch event.kind {
        case "step.retrying":
            return [.raise(identity, message: notice.text, run: notice.run)]
        case "step.failed":
            guard let step = notice.step else { return [] }
            return [
                .closeRetrying(subject: event.subject, step: step, interval: event.interval),
                .raise(identity, message: notice.text, run: notice.run),
            ]
        case "run.failed":
            var whole = identity
            whole.step = nil
            return [.raiseUnlessStepDid(whole, message: notice.text, run: notice.run)]
        case "run.succeeded", "run.cancelled":
            return [.closeAll(subject: event.subject, interval: event.interval)]
        case "crawl.failed", "delivery.failed", "tail.failed", "extract.failed", "deadline.missed", "interval.dead":
            return [.raise(identity, message: notice.text, run: notice.run)]
        default:
            return []
        }
    }

    /// The parts of an event's payload that an alert shows.
    private struct Notice: Decodable {
        var run: Int64?
        var step: String?
        var error: String?
        var message: String?

        var text: String {
            [error, message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
        }
    }
}

extension AlertChannel {
    /// Whether the channel wants alerts of a kind: by its name, by `step.*`, or `*` for all.
    func wants(_ kind: String) -> Bool {
        on.contains { pattern in
            pattern == kind || pattern == "*"
                || (pattern.hasSuffix(".*") && kind.hasPrefix(pattern.dropLast()))
        }
    }
}
