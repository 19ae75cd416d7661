import Foundation

/// How fast records become durable over HTTP, and how fast buffered ones become Parquet.
struct IngestBench {
    private let connections = 16
    private let recordsPerRequest = 500
    private let requestsPerConnection = 125

    func measure() async throws -> [Figure] {
        let engine = try BenchEngine(files: ["weir.yaml": Self.project])
        defer { engine.stop() }
        let disk = Disk(folder: engine.folder)
        let diskRate = try disk.sequentialBytesPerSecond()
        let requests = (0..<connections).map { connection in
            (0..<requestsPerConnection).map { request in
                LoadClient.request(
                    path: "/streams/events", body: body(first: (connection * requestsPerConnection + request) * 500))
            }
        }
        let bytes = requests.joined().reduce(0) { $0 + $1.count }
        let sink = try LoopbackSink()
        defer { sink.stop() }
        let loopback = try Burst.run(port: sink.port, connections: connections, requests: requests)
        let burst = try Burst.run(port: engine.port, connections: connections, requests: requests)
        let records = Double(connections * requestsPerConnection * recordsPerRequest)
        guard burst.statuses == [200: connections * requestsPerConnection] else {
            throw BenchFailure("not every request was taken: \(burst.statuses)")
        }
        let memory = Double(engine.residentBytes)
        let clock = ContinuousClock()
        let start = clock.now
        try engine.weir("streams", "flush", "events")
        let delivery = (clock.now - start).seconds
        return [
            Figure(
                name: "records a second, HTTP, durable", value: records / burst.seconds, unit: "records/s",
                goal: .atLeast(250_000),
                reference: .init(
                    what: "the same requests to a socket that reads and answers, no more",
                    value: records / loopback.seconds)),
            Figure(
                name: "bytes a second, HTTP, durable", value: Double(bytes) / burst.seconds / 1e6, unit: "MB/s",
                reference: .init(what: "this disk, 4 MiB at a time with fdatasync, MB/s", value: diskRate / 1e6)),
            Figure(
                name: "ack, p50", value: burst.latencies.median * 1e3, unit: "ms",
                reference: .init(what: "p50 of the bare socket, ms", value: loopback.latencies.median * 1e3)),
            Figure(
                name: "ack, p99", value: burst.latencies.quantile(0.99) * 1e3, unit: "ms", goal: .atMost(50),
                reference: .init(
                    what: "p99 of the bare socket, ms", value: loopback.latencies.quantile(0.99) * 1e3)),
            Figure(name: "memory of the engine, peak", value: memory / 1e6, unit: "MB", goal: .atMost(200)),
            Figure(name: "buffer to Parquet", value: records / delivery, unit: "records/s"),
        ]
    }

    /// 500 JSON lines of about 200 bytes.
    private func body(first: Int) -> [UInt8] {
        var text = ""
        for record in first..<(first + recordsPerRequest) {
            text += """
                {"ts":"2026-11-21T\(two(record / 3600 % 24)):\(two(record / 60 % 60)):\(two(record % 60)).000Z",\
                "request_id":"\(String(record, radix: 16))-\(record &* 2_654_435_761 & 0xffff_ffff)",\
                "user_id":\(record % 5000),"action":"view","path":"/api/v2/posts/\(record % 90_000)","status":200,\
                "latency_ms":\(record % 700),"agent":"bench/1.0 (a reader of feeds)"}

                """
        }
        return Array(text.utf8)
    }
    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static let project = """
        name: bench
        engine: { port: 0 }
        streams:
          events:
            into: raw.events
            format: json
            time: ts
            buffer: { size: 128MB, interval: 900s }
        """
}
