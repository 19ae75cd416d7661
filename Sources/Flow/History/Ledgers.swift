package import Store

/// One delivery of a stream: from a range of its buffer to objects and rejects.
package struct DeliverySummary: Sendable, Hashable, Codable {
    package var id: Int64
    package var stream: String
    package var records: Int64
    package var rejected: Int64
    package var duplicates: Int64
    package var bytes: Int64
    /// The partitions that it changed, as the store keeps them: a JSON array.
    package var partitions: [String]
    package var at: Int64
    package var milliseconds: Int64
}

/// An entry of the event log.
package struct EventSummary: Sendable, Hashable, Codable {
    package var sequence: Int64
    package var kind: String
    package var subject: String
    package var interval: String?
    /// A JSON object.
    package var payload: String
    package var at: Int64
}

/// Records of one stream, day and reason that could not be read, kept as they came.
package struct RejectSummary: Sendable, Hashable, Codable {
    package var id: Int64
    package var stream: String
    package var day: String
    package var reason: String
    package var records: Int64
    /// Relative to the lake's root.
    package var path: String
    package var at: Int64
    package var redrivenAt: Int64?
}

/// Something that was set aside because it failed again and again.
package struct DeadLetterSummary: Sendable, Hashable, Codable {
    package var id: Int64
    package var kind: String
    package var subject: String
    package var interval: String?
    package var payload: String
    package var reason: String
    package var at: Int64
    package var redrivenAt: Int64?
}

/// The store's ledgers, each newest first.
extension Reading {
    package func deliveries(stream: String?, limit: Int) throws -> [DeliverySummary] {
        try rows(
            "SELECT * FROM deliveries WHERE ? IS NULL OR stream = ? ORDER BY id DESC LIMIT ?",
            [Value(stream), Value(stream), Value(limit)]
        ).map { row in
            DeliverySummary(
                id: row.int64("id"), stream: row.text("stream"), records: row.int64("records"),
                rejected: row.int64("rejected"), duplicates: row.int64("duplicates"), bytes: row.int64("bytes"),
                partitions: (try? JSONText.decode([String].self, row.text("partitions"))) ?? [], at: row.int64("at"),
                milliseconds: row.int64("duration_ms"))
        }
    }

    package func newestEvents(kind: String?, limit: Int) throws -> [EventSummary] {
        try rows(
            "SELECT * FROM events WHERE ? IS NULL OR kind = ? ORDER BY sequence DESC LIMIT ?",
            [Value(kind), Value(kind), Value(limit)]
        ).map { row in
            EventSummary(
                sequence: row.int64("sequence"), kind: row.text("kind"), subject: row.text("subject"),
                interval: row.optionalText("interval"), payload: row.text("payload"), at: row.int64("at"))
        }
    }

    package func rejects(stream: String?, limit: Int) throws -> [RejectSummary] {
        try rows(
            "SELECT * FROM rejects WHERE ? IS NULL OR stream = ? ORDER BY id DESC LIMIT ?",
            [Value(stream), Value(stream), Value(limit)]
        ).map(RejectSummary.init)
    }

    package func reject(_ id: Int64) throws -> RejectSummary? {
        try first("SELECT * FROM rejects WHERE id = ?", [.integer(id)]).map(RejectSummary.init)
    }

    package func deadLetters(limit: Int) throws -> [DeadLetterSummary] {
        try rows("SELECT * FROM dead_letters ORDER BY id DESC LIMIT ?", [Value(limit)]).map(DeadLetterSummary.init)
    }

    package func deadLetter(_ id: Int64) throws -> DeadLetterSummary? {
        try first("SELECT * FROM dead_letters WHERE id = ?", [.integer(id)]).map(DeadLetterSummary.init)
    }
}

extension RejectSummary {
    fileprivate init(_ row: Row) {
        self.init(
            id: row.int64("id"), stream: row.text("stream"), day: row.text("day"), reason: row.text("reason"),
            records: row.int64("records"), path: row.text("path"), at: row.int64("at"),
            redrivenAt: row.optionalInt64("redriven_at"))
    }
}

extension DeadLetterSummary {
    fileprivate init(_ row: Row) {
        self.init(
            id: row.int64("id"), kind: row.text("kind"), subject: row.text("subject"),
            interval: row.optionalText("interval"), payload: row.text("payload"), reason: row.text("reason"),
            at: row.int64("at"), redrivenAt: row.optionalInt64("redriven_at"))
    }
}
