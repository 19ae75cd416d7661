import Foundation
import Store

/// How the console goes through a history of very many runs.
struct LongList {
    /// Seconds from a key that moves half a page to its first byte.
    private(set) var scrolls: [Double] = []
    /// Seconds from a filter that is pasted to a row that only it shows: one run in a thousand has it, or the oldest.
    private(set) var firstResults: [Double] = []
    private(set) var oldestResults: [Double] = []

    private let turns = 9
    private let keys = 400
    // No letter of these stands where another row has one.
    private let frequent = "ZZQQXXJJ"
    private let unique = "WWVVKKYY"

    /// Writes the history, in a project that no engine runs, and measures. Throws `BenchFailure`, `StoreError`.
    init(runs: Int, weir: String) async throws {
        let folder = NSTemporaryDirectory() + "weir-bench-list-" + UUID().uuidString.prefix(8).lowercased()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/.weir", withIntermediateDirectories: true)
        try "name: bench\n".write(toFile: folder + "/weir.yaml", atomically: true, encoding: .utf8)
        try await write(runs, to: folder + "/.weir/weir.db")

        let console = ["console", "--read-only", "--dir", folder]
        let meter = try TerminalMeter(weir, console, directory: folder)
        meter.settle(silence: 0.5, atMost: 2)
        meter.send(":runs\r")
        meter.settle(silence: 0.3, atMost: 2)
        for key in 0..<keys {
            if let latency = meter.latency(of: key % 100 < 75 ? "\u{04}" : "\u{15}") { scrolls.append(latency) }
        }
        guard scrolls.count > keys * 9 / 10 else { throw BenchFailure("the list does not move") }
        for _ in 0..<turns {
            firstResults.append(try firstResult(meter, frequent))
            oldestResults.append(try firstResult(meter, unique))
        }
    }

    private func firstResult(_ meter: TerminalMeter, _ text: String) throws -> Double {
        meter.send("gg")
        // What is typed is drawn too, but without the colon.
        guard let found = meter.latency(of: "/" + text, until: text + ": ") else {
            throw BenchFailure("the filter does not find \(text)")
        }
        meter.send("\r\u{1B}")
        meter.settle(silence: 0.3, atMost: 2)
        return found
    }

    private func write(_ runs: Int, to path: String) async throws {
        let store = try Store.openForWriting(path)
        defer { try? store.close() }
        let (frequent, unique) = (frequent, unique)
        try await store.write { writing in
            try writing.execute(
                """
                WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ?)
                INSERT INTO runs (id, workflow, interval, parameters, definition, state, reason, priority, created_at,
                    started_at, finished_at, failed_step, error, message)
                SELECT id, 'workflow_' || id % 20, '2026-11-20', '{}', '',
                    CASE WHEN id % 1000 = 1 THEN 'failed' ELSE 'succeeded' END, 'crawl of raw.events', 0,
                    1700000000000 + id * 60000, 1700000000000 + id * 60000, 1700000000500 + id * 60000,
                    CASE WHEN id % 1000 = 1 THEN 'score' END,
                    CASE WHEN id = 1 THEN ? WHEN id % 1000 = 1 THEN ? END,
                    CASE WHEN id % 1000 = 1 THEN 'the check of the scores did not hold' END
                FROM n
                """, [Value(runs), .text(unique), .text(frequent)])
        }
    }
}
