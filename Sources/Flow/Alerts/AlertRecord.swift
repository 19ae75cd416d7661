import Lake
import Store

// Alerts as rows. Everything here happens in the transaction that also moves the cursor past the event, so an event
// raises an alert exactly once, whatever dies in between.
extension Writing {
    /// Carries out what an event decided. Channels that want the alert get one telling each.
    func apply(_ decision: AlertDecision, channels: [AlertChannel], at now: Int64) throws {
        switch decision {
        case .raise(let identity, let message, let run):
            let alert = try raise(identity, message: message, run: run, at: now)
            try tell(alert, kind: identity.kind, channels, at: now)
        case .raiseUnlessStepDid(let identity, let message, let run):
            let ofStep = try first(
                """
                SELECT id FROM alerts WHERE kind = 'step.failed' AND subject = ? AND ifnull(interval, '') = ?
                AND state <> 'closed' ORDER BY id DESC LIMIT 1
                """, [.text(identity.subject), .text(identity.interval ?? "")])
            let alert =
                try ofStep.map { Int64($0.integer("id")) } ?? raise(identity, message: message, run: run, at: now)
            try tell(alert, kind: identity.kind, channels, at: now)
        case .closeRetrying(let subject, let step, let interval):
            try closeAlerts(
                "kind = 'step.retrying' AND subject = ? AND step = ? AND ifnull(interval, '') = ?",
                [.text(subject), .text(step), .text(interval ?? "")], at: now)
        case .closeAll(let subject, let interval):
            try closeAlerts(
                """
                subject = ? AND ifnull(interval, '') = ?
                AND kind IN ('step.retrying', 'step.failed', 'run.failed', 'deadline.missed', 'interval.dead')
                """, [.text(subject), .text(interval ?? "")], at: now)
        }
    }

    /// Closes alerts that no event closes: what they tell of has been done since. Ends snoozes whose time is over;
    /// those are told again.
    func reconcileAlerts(at now: Int64) throws {
        try closeAlerts(
            """
            kind IN ('step.retrying', 'step.failed') AND EXISTS (
                SELECT 1 FROM steps s WHERE s.run = alerts.run AND s.name = alerts.step AND s.state = 'succeeded')
            """, [], at: now)
        try closeAlerts(
            """
            kind = 'crawl.failed' AND (
                SELECT state FROM crawls c WHERE c.crawler = alerts.subject AND c.finished_at IS NOT NULL
                ORDER BY c.id DESC LIMIT 1) = 'succeeded'
            """, [], at: now)
        try closeAlerts(
            """
            kind = 'delivery.failed' AND EXISTS (
                SELECT 1 FROM streams s WHERE s.name = alerts.subject AND s.last_delivery_at > alerts.changed_at)
            """, [], at: now)
        try closeAlerts(
            """
            kind = 'tail.failed' AND EXISTS (
                SELECT 1 FROM events e
                WHERE e.kind = 'tail.recovered' AND e.subject = alerts.subject AND e.at >= alerts.changed_at)
            """, [], at: now)
        let over = try rows(
            "SELECT id FROM alerts WHERE state = 'snoozed' AND snoozed_until <= ?", [.integer(now)])
        for alert in over {
            let id = Value(alert.integer("id"))
            try execute("UPDATE alerts SET state = 'open', snoozed_until = NULL WHERE id = ?", [id])
            try execute(
                "UPDATE tellings SET told_at = NULL, tries = 0, due_at = ? WHERE alert = ?", [.integer(now), id])
        }
    }

    private func raise(_ identity: AlertIdentity, message: String, run: Int64?, at now: Int64) throws -> Int64 {
        try execute(
            """
            INSERT INTO alerts (kind, subject, step, interval, state, message, run, opened_at, changed_at)
            VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?)
            ON CONFLICT (kind, subject, ifnull(step, ''), ifnull(interval, '')) WHERE state <> 'closed'
            DO UPDATE SET occurrences = occurrences + 1, message = excluded.message, run = excluded.run,
                changed_at = excluded.changed_at
            """,
            [
                .text(identity.kind), .text(identity.subject), Value(identity.step), Value(identity.interval),
                .text(message), Value(run), .integer(now), .integer(now),
            ])
        let row = try first(
            """
            SELECT id FROM alerts WHERE kind = ? AND subject = ? AND ifnull(step, '') = ? AND ifnull(interval, '') = ?
            AND state <> 'closed'
            """,
            [
                .text(identity.kind), .text(identity.subject), .text(identity.step ?? ""),
                .text(identity.interval ?? ""),
            ])
        return Int64(row?.integer("id") ?? 0)
    }

    /// One telling for each channel that wants the kind and has not been told of this alert.
    private func tell(_ alert: Int64, kind: String, _ channels: [AlertChannel], at now: Int64) throws {
        for channel in channels where channel.wants(kind) {
            try execute(
                "INSERT INTO tellings (alert, channel, kind, due_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [.integer(alert), .text(channel.name), .text(kind), .integer(now)])
        }
    }

    private func closeAlerts(_ which: String, _ arguments: [Value], at now: Int64) throws {
        try execute(
            "UPDATE alerts SET state = 'closed', closed_at = ?, changed_at = ? WHERE state <> 'closed' AND \(which)",
            [.integer(now), .integer(now)] + arguments)
    }
}
