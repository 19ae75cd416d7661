import Store

/// What the store keeps of a stream: how far its buffer was delivered, and the counts of its invariant.
struct StreamRecord: Hashable, Sendable {
    var deliveredSequence: Int64 = 0
    var counts = StreamCounts()
    var paused = false
}

/// A delivery's share of the counts.
struct DeliveryCounts: Hashable, Sendable {
    var delivered: Int
    var rejected: Int
    var duplicates: Int
    /// Of the batch's records, those that were rejects before and are marked as put back by this very commit.
    var redriven: Int
}

extension Reading {
    func streamRecord(_ name: String) throws -> StreamRecord {
        guard let row = try first("SELECT * FROM streams WHERE name = ?", [.text(name)]) else { return StreamRecord() }
        return StreamRecord(
            deliveredSequence: Int64(row.integer("delivered_sequence")),
            counts: StreamCounts(
                delivered: Int64(row.integer("delivered")), rejected: Int64(row.integer("rejected")),
                duplicates: Int64(row.integer("duplicates"))),
            paused: row.bool("paused"))
    }
}

extension Writing {
    private func ensureStream(_ name: String) throws {
        try execute(
            """
            INSERT INTO streams (name, delivered_sequence, delivered, rejected, duplicates, bytes)
            VALUES (?, 0, 0, 0, 0, 0) ON CONFLICT (name) DO NOTHING
            """, [.text(name)])
    }

    func setPaused(_ paused: Bool, stream: String) throws {
        try ensureStream(stream)
        try execute("UPDATE streams SET paused = ? WHERE name = ?", [Value(paused), .text(stream)])
    }

    /// Moves the stream's watermark past a batch, with the positions of tailed files, and adds to its counts. Throws `WorkFailure` when the watermark is
    /// past the batch already: then another delivery has published these records.
    func settle(_ counts: DeliveryCounts, _ batch: BufferIndex.Batch, stream: String, at now: Int64) throws {
        try ensureStream(stream)
        let changed = try execute(
            """
            UPDATE streams SET delivered_sequence = ?, delivered = delivered + ?, rejected = rejected + ?,
                duplicates = duplicates + ?, bytes = bytes + ?, last_delivery_at = ?
            WHERE name = ? AND delivered_sequence < ?
            """,
            [
                .integer(batch.last), Value(counts.delivered), Value(counts.rejected), Value(counts.duplicates),
                Value(batch.bytes), .integer(now), .text(stream), .integer(batch.first),
            ])
        guard changed == 1 else {
            throw WorkFailure(.queryFailed, "the records from \(batch.first) to \(batch.last) were delivered already")
        }
        try record(batch.positions.values, stream: stream)
    }

    /// Marks rejects whose records are in the buffer again. Returns how many records that newly concerns: they count
    /// as rejected no longer.
    func markRedriven(_ rejects: some Sequence<Int64>, stream: String, at now: Int64) throws -> Int {
        var records = 0
        for reject in rejects {
            let changed = try execute(
                "UPDATE rejects SET redriven_at = ? WHERE id = ? AND stream = ? AND redriven_at IS NULL",
                [.integer(now), .integer(reject), .text(stream)])
            if changed == 1 {
                records += try count("SELECT records FROM rejects WHERE id = ?", [.integer(reject)])
            }
        }
        try execute("UPDATE streams SET rejected = rejected - ? WHERE name = ?", [Value(records), .text(stream)])
        return records
    }
}
