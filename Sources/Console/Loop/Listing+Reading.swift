import Flow
import Lake
import Store

extension Listing.Kind {
    var titles: [String] {
        switch self {
        case .events: ["EVENT", "AT", "KIND", "SUBJECT", "FOR", "PAYLOAD"]
        case .deliveries: ["DELIVERY", "AT", "STREAM", "RECORDS", "REJECTED", "DUPLICATES", "SIZE", "PARTITIONS"]
        case .runs: ["RUN", "STARTED", "WORKFLOW", "FOR", "STATE", "TIME", "WHY"]
        }
    }

    fileprivate var table: (name: String, key: String, columns: String) {
        switch self {
        case .events: ("events", "sequence", "sequence, at, kind, subject, interval, payload")
        case .deliveries:
            ("deliveries", "id", "id, at, stream, records, rejected, duplicates, bytes, partitions")
        case .runs:
            (
                "runs", "id",
                "id, workflow, interval, state, reason, created_at, started_at, finished_at, error, message"
            )
        }
    }

    fileprivate func cells(_ row: Row, _ clock: Clock) -> [String] {
        func moment(_ at: Int) -> String { clock.date(Int64(at)) + " " + clock.time(Int64(at)) }
        switch self {
        case .events:
            return [
                "\(row.integer("sequence"))", moment(row.integer("at")), row.text("kind"), row.text("subject"),
                row.optionalText("interval") ?? "", row.text("payload"),
            ]
        case .deliveries:
            return [
                "\(row.integer("id"))", moment(row.integer("at")), row.text("stream"),
                Figures.exact(Int64(row.integer("records"))), Figures.exact(Int64(row.integer("rejected"))),
                Figures.exact(Int64(row.integer("duplicates"))), Figures.bytes(Int64(row.integer("bytes"))),
                row.text("partitions"),
            ]
        case .runs:
            let begun = row.optionalInteger("started_at") ?? row.integer("created_at")
            return [
                "\(row.integer("id"))", moment(begun), row.text("workflow"), row.optionalText("interval") ?? "",
                (RunState(rawValue: row.text("state")) ?? .failed).look.word,
                row.optionalInteger("finished_at").map { Figures.duration(milliseconds: Int64($0 - begun)) } ?? "",
                row.optionalText("error").map { "\($0): \(row.optionalText("message") ?? "")" } ?? row.text("reason"),
            ]
        }
    }
}

extension Reading {
    /// The numbers at the ends of a list; 0 when it is empty. Both are looked up, not counted.
    func ends(of kind: Listing.Kind) throws -> (newest: Int64, oldest: Int64) {
        let table = kind.table
        // In one statement with both SQLite would read the whole table.
        return (
            Int64(try count("SELECT max(\(table.key)) FROM \(table.name)")),
            Int64(try count("SELECT min(\(table.key)) FROM \(table.name)"))
        )
    }

    /// At most `limit` rows older than a number, newest first.
    func rows(of kind: Listing.Kind, before number: Int64, _ clock: Clock, limit: Int) throws -> [[String]] {
        let table = kind.table
        return try rows(
            "SELECT \(table.columns) FROM \(table.name) WHERE \(table.key) < ? ORDER BY \(table.key) DESC LIMIT ?",
            [.integer(number), Value(limit)]
        ).map { kind.cells($0, clock) }
    }

    /// At most `limit` rows from a number on, newest first.
    func rows(of kind: Listing.Kind, from number: Int64, _ clock: Clock, limit: Int) throws -> [[String]] {
        let table = kind.table
        return try rows(
            "SELECT \(table.columns) FROM \(table.name) WHERE \(table.key) >= ? ORDER BY \(table.key) LIMIT ?",
            [.integer(number), Value(limit)]
        ).map { kind.cells($0, clock) }.reversed()
    }

    /// The part of a list that is wanted, whatever its filter. Throws `StoreError`.
    func listing(_ query: ListingQuery, _ clock: Clock, limit: Int) throws -> Listing {
        let (newest, oldest) = try ends(of: query.kind)
        let rows: [[String]]
        switch query.part {
        case .newest: rows = try self.rows(of: query.kind, before: .max, clock, limit: limit)
        case .oldest: rows = try self.rows(of: query.kind, from: 0, clock, limit: limit)
        case .around(let number):
            let newer = try self.rows(of: query.kind, from: number, clock, limit: limit / 2)
            rows = newer + (try self.rows(of: query.kind, before: number, clock, limit: limit - newer.count))
        }
        return Listing(query: query, titles: query.kind.titles, rows: rows, newest: newest, oldest: oldest)
    }
}
