import Store

/// What the store keeps of a stream's tailed files: positions up to what is delivered. Later ones are in the buffer's
/// frames, which a start lays over these.
struct TailRecord: Sendable {
    var positions: [Int64: TailPosition] = [:]
    /// Sources whose file was read to its end after it had gone: nothing looks for them again.
    var finished: Set<Int64> = []
    /// When each pattern was first looked at, in milliseconds since 1970.
    var patterns: [String: Int64] = [:]
}

extension Reading {
    func tailRecord(_ stream: String) throws -> TailRecord {
        var record = TailRecord()
        for row in try rows("SELECT * FROM tail_positions WHERE stream = ?", [.text(stream)]) {
            let position = TailPosition(row)
            record.positions[position.source] = position
            if row.bool("finished") { record.finished.insert(position.source) }
        }
        for row in try rows("SELECT pattern, since FROM tail_patterns WHERE stream = ?", [.text(stream)]) {
            record.patterns[row.text("pattern")] = Int64(row.integer("since"))
        }
        return record
    }
}

extension Writing {
    /// Keeps positions, in the place of older ones of the same sources.
    func record(_ positions: some Sequence<TailPosition>, stream: String, finished: Bool = false) throws {
        for position in positions {
            try execute(
                """
                INSERT INTO tail_positions (stream, source, path, device, inode, offset, skipping, beginning_length,
                    beginning, latest_length, latest, modified, at, finished)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (stream, source) DO UPDATE SET path = excluded.path, device = excluded.device,
                    inode = excluded.inode, offset = excluded.offset, skipping = excluded.skipping,
                    beginning_length = excluded.beginning_length, beginning = excluded.beginning,
                    latest_length = excluded.latest_length, latest = excluded.latest, modified = excluded.modified,
                    at = excluded.at,
                    finished = max(finished, excluded.finished)
                """,
                [
                    .text(stream), .integer(position.source), .text(position.path),
                    .integer(Int64(bitPattern: position.identity.device)),
                    .integer(Int64(bitPattern: position.identity.inode)), .integer(position.offset),
                    Value(position.isSkipping), Value(position.beginning.length),
                    .integer(Int64(position.beginning.checksum)), Value(position.latest.length),
                    .integer(Int64(position.latest.checksum)), .integer(position.modified), .integer(position.at),
                    Value(finished),
                ])
        }
    }

    func recordPatterns(_ patterns: some Sequence<String>, stream: String, at now: Int64) throws {
        for pattern in patterns {
            try execute(
                "INSERT INTO tail_patterns (stream, pattern, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [.text(stream), .text(pattern), .integer(now)])
        }
    }

    func forgetPositions(_ sources: some Sequence<Int64>, stream: String) throws {
        for source in sources {
            try execute(
                "DELETE FROM tail_positions WHERE stream = ? AND source = ?", [.text(stream), .integer(source)])
        }
    }
}

extension TailPosition {
    fileprivate init(_ row: Row) {
        func number(_ column: String) -> Int64 { Int64(row.integer(column)) }
        self.init(
            source: number("source"), path: row.text("path"),
            identity: .init(
                device: UInt64(bitPattern: number("device")), inode: UInt64(bitPattern: number("inode"))),
            offset: number("offset"), isSkipping: row.bool("skipping"),
            beginning: Fingerprint(
                length: row.integer("beginning_length"), checksum: UInt32(truncatingIfNeeded: number("beginning"))),
            latest: Fingerprint(
                length: row.integer("latest_length"), checksum: UInt32(truncatingIfNeeded: number("latest"))),
            modified: number("modified"), at: number("at"))
    }
}
