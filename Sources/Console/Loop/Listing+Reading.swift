import Flow
import Lake
import Store

extension Listing {
    /// The newest rows of a kind. Throws `StoreError`.
    init(_ kind: Kind, _ reading: Reading, _ clock: Clock, limit: Int) throws {
        func moment(_ at: Int) -> String { clock.date(Int64(at)) + " " + clock.time(Int64(at)) }
        switch kind {
        case .events:
            self.init(
                kind: kind, titles: ["EVENT", "AT", "KIND", "SUBJECT", "FOR", "PAYLOAD"],
                rows: try reading.rows(
                    "SELECT sequence, at, kind, subject, interval, payload FROM events ORDER BY sequence DESC LIMIT ?",
                    [Value(limit)]
                ).map { row in
                    [
                        "\(row.integer("sequence"))", moment(row.integer("at")), row.text("kind"), row.text("subject"),
                        row.optionalText("interval") ?? "", row.text("payload"),
                    ]
                })
        case .deliveries:
            self.init(
                kind: kind,
                titles: ["DELIVERY", "AT", "STREAM", "RECORDS", "REJECTED", "DUPLICATES", "SIZE", "PARTITIONS"],
                rows: try reading.rows(
                    "SELECT id, at, stream, records, rejected, duplicates, bytes, partitions FROM deliveries "
                        + "ORDER BY id DESC LIMIT ?", [Value(limit)]
                ).map { row in
                    [
                        "\(row.integer("id"))", moment(row.integer("at")), row.text("stream"),
                        Figures.exact(Int64(row.integer("records"))), Figures.exact(Int64(row.integer("rejected"))),
                        Figures.exact(Int64(row.integer("duplicates"))), Figures.bytes(Int64(row.integer("bytes"))),
                        row.text("partitions"),
                    ]
                })
        case .runs:
            self.init(
                kind: kind, titles: ["RUN", "STARTED", "WORKFLOW", "FOR", "STATE", "TIME", "WHY"],
                rows: try reading.runs(workflow: nil, state: nil, before: nil, limit: limit).map { run in
                    let begun = run.startedAt ?? run.createdAt
                    return [
                        "\(run.id)", moment(Int(begun)), run.workflow, run.interval?.description ?? "",
                        run.state.look.word,
                        run.finishedAt.map { Figures.duration(milliseconds: $0 - begun) } ?? "",
                        run.error.map { "\($0): \(run.message ?? "")" } ?? run.reason,
                    ]
                })
        }
    }
}
