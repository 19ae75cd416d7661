import DuckDB
import Foundation

/// The whole line: `weir demo --headless` with a million records, from nothing to checked numbers.
struct DemoBench {
    private let records = 1_000_000
    private let days = 30

    func measure() throws -> [Figure] {
        let folder = NSTemporaryDirectory() + "weir-bench-" + UUID().uuidString.prefix(8).lowercased()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let demo = Process()
        let output = Pipe()
        demo.executableURL = URL(fileURLWithPath: try BenchEngine.weir())
        demo.arguments = ["demo", "--headless", "--days", "\(days)", "--records", "\(records)", "--dir", folder]
        demo.standardOutput = output
        let clock = ContinuousClock()
        let start = clock.now
        try demo.run()
        let meter = EngineMeter(project: folder)
        let story = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        demo.waitUntilExit()
        let seconds = (clock.now - start).seconds
        let shares = meter.stop()
        guard demo.terminationStatus == 0 else {
            throw BenchFailure("the demo ended with \(demo.terminationStatus):\n\(story)")
        }
        let logs = try logs(in: folder)
        let parquet = folder + "/reference"
        let session = try Session(.init(threads: 2, memory: nil, temporaryDirectory: folder))
        let copying = try timed { try copy(logs, to: parquet, session) }
        let aggregating = try timed { try aggregate(parquet, session) }
        return [
            Figure(
                name: "the whole demo", value: seconds, unit: "s", goal: .atMost(60),
                reference: .init(
                    what: "DuckDB alone: its logs to Parquet by day, and three tables by day from them, s",
                    value: copying + aggregating)),
            Figure(
                name: "weir ingest, delivered, beside live traffic", value: try ingestRate(story), unit: "records/s",
                reference: .init(
                    what: "DuckDB alone: the logs to Parquet by day, not durable before",
                    value: Double(records) / copying)),
            Figure(
                name: "processor time of the engine", value: shares.engine, unit: "s",
                reference: .init(what: "of its workers, s", value: shares.workers)),
        ]
    }

    /// Of the line `25,645 a second, while today's come in too`.
    private func ingestRate(_ story: String) throws -> Double {
        let line = story.split(separator: "\n").first { $0.contains(" a second, while ") } ?? ""
        guard let rate = Double(line.prefix { $0 != "a" }.filter(\.isNumber)) else {
            throw BenchFailure("the story tells no rate of ingestion:\n\(story)")
        }
        return rate
    }

    /// What the demo's product has logged.
    private func logs(in folder: String) throws -> [String] {
        try ["logs", "live"].flatMap { name in
            try FileManager.default.contentsOfDirectory(atPath: folder + "/" + name).filter { $0.hasSuffix(".jsonl") }
                .map { folder + "/" + name + "/" + $0 }
        }
    }

    private func copy(_ logs: [String], to folder: String, _ session: Session) throws {
        let list = logs.map(SQLText.literal).joined(separator: ", ")
        try session.execute(
            """
            COPY (
                SELECT *, CAST(ts + INTERVAL 9 HOUR AS DATE) AS dt
                FROM read_json([\(list)], format = 'newline_delimited', ignore_errors = true, columns = \(Self.columns))
            ) TO \(SQLText.literal(folder)) (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (dt))
            """)
    }

    /// What the log's fields are, as Weir finds them out for itself.
    private static let columns = """
        {ts: 'TIMESTAMP', request_id: 'VARCHAR', company_id: 'BIGINT', user_id: 'BIGINT', action: 'VARCHAR', \
        method: 'VARCHAR', path: 'VARCHAR', target_id: 'BIGINT', target_user_id: 'BIGINT', status: 'BIGINT', \
        latency_ms: 'BIGINT', ua: 'VARCHAR'}
        """

    /// Tables like those that the demo computes for each day.
    private func aggregate(_ folder: String, _ session: Session) throws {
        let log = "read_parquet(\(SQLText.literal(folder + "/*/*.parquet")), hive_partitioning = true)"
        let statements = [
            "SELECT dt, company_id, user_id, count(*) FROM \(log) GROUP BY ALL",
            "SELECT dt, company_id, count(DISTINCT user_id) FROM \(log) GROUP BY ALL",
            "SELECT dt, user_id, target_user_id, count(*) FROM \(log) WHERE target_user_id IS NOT NULL GROUP BY ALL",
        ]
        for (number, statement) in statements.enumerated() {
            try session.execute(
                "COPY (\(statement)) TO \(SQLText.literal(folder + "-\(number).parquet")) (FORMAT parquet)")
        }
    }
}
