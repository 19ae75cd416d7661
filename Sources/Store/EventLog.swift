/// One event of the project's ordered, durable log.
package struct StoredEvent: Sendable, Hashable {
    /// Its place in the log; rises without reuse.
    package let sequence: Int64
    /// What happened, as `crawl.succeeded`, `delivery`, `run.failed`.
    package let kind: String
    /// What it happened to: a table, a workflow, a stream.
    package let subject: String
    /// The interval it concerns, as `2026-11-21`, where there is one.
    package let interval: String?
    /// A JSON object with the details.
    package let payload: String
    /// Milliseconds since 1970, by the engine's wall clock.
    package let at: Int64

    package init(sequence: Int64, kind: String, subject: String, interval: String?, payload: String, at: Int64) {
        self.sequence = sequence
        self.kind = kind
        self.subject = subject
        self.interval = interval
        self.payload = payload
        self.at = at
    }
}

extension Writing {
    /// Appends an event in this transaction: it exists exactly when the change that it tells of does.
    @discardableResult
    package func append(kind: String, subject: String, interval: String?, payload: String, at: Int64) throws -> Int64 {
        tally.events += 1
        return try insert(
            "INSERT INTO events (kind, subject, interval, payload, at) VALUES (?, ?, ?, ?, ?)",
            [.text(kind), .text(subject), Value(interval), .text(payload), .integer(at)])
    }

    /// Starts a new epoch and returns it. Attempts and leases of older epochs belong to engines that are gone.
    package func beginEpoch() throws -> Int64 {
        try execute(
            "INSERT INTO meta (key, value) VALUES ('epoch', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1")
        return Int64(try count("SELECT value FROM meta WHERE key = 'epoch'"))
    }
}

extension Reading {
    /// The events after a place in the log, oldest first, at most `limit`.
    package func events(after sequence: Int64, limit: Int) throws -> [StoredEvent] {
        try rows(
            "SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?", [.integer(sequence), Value(limit)]
        )
        .map(StoredEvent.init)
    }

    /// The newest events, newest first, at most `limit`.
    package func newestEvents(limit: Int) throws -> [StoredEvent] {
        try rows("SELECT * FROM events ORDER BY sequence DESC LIMIT ?", [Value(limit)]).map(StoredEvent.init)
    }
}

extension StoredEvent {
    init(_ row: Row) {
        self.init(
            sequence: Int64(row.integer("sequence")), kind: row.text("kind"), subject: row.text("subject"),
            interval: row.optionalText("interval"), payload: row.text("payload"), at: Int64(row.integer("at")))
    }
}
