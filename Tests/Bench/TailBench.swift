import DuckDB
import Foundation
import Store

/// How fast a file that appears becomes delivered Parquet, every line durable in the buffer before it counts as read.
struct TailBench {
    private let records = 2_000_000

    func measure() async throws -> [Figure] {
        let engine = try BenchEngine(files: ["weir.yaml": Self.project, "logs/readme.txt": ""])
        defer { engine.stop() }
        let file = engine.folder + "/events.jsonl"
        let bytes = try write(to: file)
        let clock = ContinuousClock()
        let start = clock.now
        try FileManager.default.moveItem(atPath: file, toPath: engine.folder + "/logs/events.log")
        // To ask the engine would cost a process each time.
        let store = try Store.openForReading(engine.folder + "/.weir/weir.db")
        while try await store.read({ try $0.count("SELECT sum(delivered) FROM streams") }) < records {
            guard clock.now - start < .seconds(300) else { throw BenchFailure("not delivered after five minutes") }
            try await Task.sleep(for: .milliseconds(50))
        }
        let seconds = (clock.now - start).seconds
        let memory = Double(engine.residentBytes)
        let session = try Session(.init(threads: 2, memory: nil, temporaryDirectory: engine.folder))
        let copying = try timed { try copy(engine.folder, session) }
        return [
            Figure(
                name: "file to delivered Parquet", value: Double(bytes) / seconds / 1e6, unit: "MB/s",
                goal: .atLeast(Double(bytes) / copying / 1e6 * 0.6),
                reference: .init(
                    what: "DuckDB alone, COPY of the same file, MB/s", value: Double(bytes) / copying / 1e6)),
            Figure(name: "records a second", value: Double(records) / seconds, unit: "records/s"),
            Figure(name: "memory of the engine, peak", value: memory / 1e6, unit: "MB", goal: .atMost(200)),
        ]
    }

    /// JSON lines of about 200 bytes; returns how many bytes.
    private func write(to path: String) throws -> Int {
        try Data().write(to: URL(fileURLWithPath: path))
        guard let file = FileHandle(forWritingAtPath: path) else { throw BenchFailure("can't write \(path)") }
        defer { try? file.close() }
        var bytes = 0
        for block in 0..<(records / 10_000) {
            var text = ""
            for record in (block * 10_000)..<((block + 1) * 10_000) {
                text += """
                    {"ts":"2026-11-21T\(two(record / 3600 % 24)):\(two(record / 60 % 60)):\(two(record % 60)).000Z",\
                    "request_id":"\(String(record, radix: 16))-\(record &* 2_654_435_761 & 0xffff_ffff)",\
                    "user_id":\(record % 5000),"action":"view","path":"/api/v2/posts/\(record % 90_000)","status":200,\
                    "latency_ms":\(record % 700),"agent":"bench/1.0 (a reader of feeds)"}

                    """
            }
            bytes += text.utf8.count
            try file.write(contentsOf: Data(text.utf8))
        }
        return bytes
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private func copy(_ folder: String, _ session: Session) throws {
        try session.execute(
            """
            COPY (
                SELECT *, CAST(ts AS DATE) AS dt
                FROM read_json(\(SQLText.literal(folder + "/logs/events.log")), format = 'newline_delimited',
                    ignore_errors = true, columns = {ts: 'TIMESTAMP', request_id: 'VARCHAR', user_id: 'BIGINT',
                    action: 'VARCHAR', path: 'VARCHAR', status: 'BIGINT', latency_ms: 'BIGINT', agent: 'VARCHAR'})
            ) TO \(SQLText.literal(folder + "/reference")) (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (dt))
            """)
    }

    private static let project = """
        name: bench
        engine: { port: 0 }
        streams:
          events:
            into: raw.events
            format: json
            time: ts
            buffer: { size: 64MB, interval: 1s }
            tail: [ logs/*.log ]
        """
}
