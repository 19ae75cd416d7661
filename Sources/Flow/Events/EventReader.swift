import Lake
import Store
import Synchronization

/// How far the rules have read the event log.
///
/// The log is read once for all rules; a rule passes over what is before its own cursor. Cursors are saved in the
/// transactions of what rules do, and now and then; what lies after a saved cursor is read again after a restart, and
/// meant nothing to the rule.
final class EventReader: Sendable {
    struct State: Sendable {
        var rules: [EventRule] = []
        /// Everything up to here has been read.
        var position: Int64 = 0
        /// Where each rule's saved cursor is.
        var saved: [String: Int64] = [:]
        /// By crawler.
        var duties: [String: CrawlDuty] = [:]
        /// The store's count of appends when the log was last read to its end.
        var appends: Int64 = -1
    }

    let state = Mutex(State())

    /// How many events the cursors may lag behind before they are saved for their own sake.
    static let lag: Int64 = 2_000

    /// Takes up a project's rules. A rule that the store doesn't know begins with what comes from now on.
    func follow(_ project: Project, store: Store) async throws {
        let rules = EventRule.all(of: project)
        let names = Set(rules.map(\.name))
        let cursors = try await store.write { writing in
            let end = Int64(try writing.count("SELECT ifnull(max(sequence), 0) FROM events"))
            var cursors: [String: Int64] = [:]
            for row in try writing.rows("SELECT rule, sequence FROM cursors") {
                cursors[row.text("rule")] = Int64(row.integer("sequence"))
            }
            for name in cursors.keys where !names.contains(name) {
                try writing.execute("DELETE FROM cursors WHERE rule = ?", [.text(name)])
            }
            for name in names where cursors[name] == nil {
                cursors[name] = end
                try writing.save(cursor: name, at: end)
            }
            return cursors.filter { names.contains($0.key) }
        }
        state.withLock { state in
            if state.rules.isEmpty { state.position = cursors.values.min() ?? 0 }
            state.rules = rules
            state.saved = cursors.merging(state.saved) { max($0, $1) }.filter { names.contains($0.key) }
            let crawlers = rules.compactMap(\.crawler)
            state.duties = state.duties.filter { duty in crawlers.contains { $0.name == duty.key } }
            for crawler in crawlers {
                state.duties[crawler.name, default: CrawlDuty(definition: crawler)].definition = crawler
            }
            state.appends = -1
        }
    }
}

extension Writing {
    func save(cursor rule: String, at sequence: Int64) throws {
        try execute(
            """
            INSERT INTO cursors (rule, sequence) VALUES (?, ?) ON CONFLICT (rule) DO UPDATE SET sequence = excluded.sequence
            """, [.text(rule), .integer(sequence)])
    }

    /// Sets an event aside that a rule can't answer.
    func park(_ event: ParkedEvent, interval: String?, for rule: String, reason: String, at now: Int64) throws {
        try insert(
            "INSERT INTO dead_letters (kind, subject, interval, payload, reason, at) VALUES ('event', ?, ?, ?, ?, ?)",
            [.text(rule), Value(interval), .text(try JSONText.encode(event)), .text(reason), .integer(now)])
    }
}

/// The payload of a dead letter of a rule.
struct ParkedEvent: Encodable {
    var sequence: Int64
    var kind: String
    var subject: String
}
