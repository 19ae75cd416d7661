import Lake
import Testing

@testable import Flow

@Suite struct WireTests {
    private func read(_ reader: inout RequestReader, _ bytes: [UInt8]) throws -> Request? {
        bytes.withUnsafeBytes { reader.append($0) }
        return try reader.next()
    }

    @Test func `requests come whole out of single bytes`() throws {
        let records = Array("{\"a\":1}\n{\"a\":2}\n".utf8)
        let bytes =
            try RequestLine.command(key: "k", .cancel(run: 7)).line()
            + RequestLine.ingest(stream: "log", bytes: records.count).line() + records
            + RequestLine.pulses(rest: 2000).line()
        var reader = RequestReader()
        var found: [Request] = []
        for byte in bytes {
            if let request = try read(&reader, [byte]) { found.append(request) }
        }
        #expect(
            found == [.command(key: "k", .cancel(run: 7)), .ingest(stream: "log", lines: records), .pulses(rest: 2000)])
    }

    @Test func `requests that come together come out one by one`() throws {
        var reader = RequestReader()
        let bytes = try RequestLine.command(key: "a", .status).line() + RequestLine.command(key: "b", .apply).line()
        #expect(try read(&reader, bytes) == .command(key: "a", .status))
        #expect(try reader.next() == .command(key: "b", .apply))
        #expect(try reader.next() == nil)
    }

    @Test func `every command goes over the wire and comes back as it was`() throws {
        let day = try #require(Interval("2026-11-21"))
        let request = BackfillRequest(
            workflow: "w", first: day, last: day, only: .missing, steps: ["a"], parallel: 2, newestFirst: false)
        let commands: [EngineCommand] = [
            .status, .run(workflow: "w", interval: day, parameters: ["floor": .int(3), "name": .text("ä\n")]),
            .retry(run: 1, step: "s", downstream: true), .planBackfill(request), .startBackfill(request),
            .setBackfill(id: 1, .parallel(4)), .query(sql: "SELECT 1", limit: 10),
            .undo(table: try TableName("mart.a"), partition: "dt=2026-11-21"), .stop(drain: true),
        ]
        for command in commands {
            var reader = RequestReader()
            #expect(try read(&reader, RequestLine.command(key: "k", command).line()) == .command(key: "k", command))
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "{}\n", "{\"command\":{\"key\":\"k\",\"_0\":{\"destroy\":{}}}}\n", "\u{0}\n",
    ])
    func `what is no request is called so`(text: String) {
        var reader = RequestReader()
        let error = #expect(throws: MalformedRequest.self) { try read(&reader, Array(text.utf8)) }
        #expect(error?.description == "this is no request that this version of weir knows")
    }

    @Test func `a line without an end is refused before it fills the memory`() {
        var reader = RequestReader()
        let error = #expect(throws: MalformedRequest.self) {
            try read(&reader, [UInt8](repeating: 65, count: RequestReader.longestLine + 1))
        }
        #expect(error?.description == "a request line is longer than 1048576 bytes")
    }

    @Test(arguments: [-1, RequestReader.mostRecords + 1])
    func `more records than are taken at once are refused before they are read`(count: Int) throws {
        var reader = RequestReader()
        let line = try RequestLine.ingest(stream: "log", bytes: count).line()
        let error = #expect(throws: MalformedRequest.self) { try read(&reader, line) }
        #expect(error?.description == "\(count) bytes of records at once; at most 8388608 are taken")
    }

    @Test func `pulses that differ in the time alone say the same`() {
        let status = EngineStatus(
            pid: 1, epoch: 1, uptimeSeconds: 1, project: "p", address: nil,
            slots: SlotStatus(total: 2, busy: 0, waiting: 0), streams: [], runsByState: [:], steps: [])
        let first = EnginePulse(generation: 1, status: status)
        var second = first
        second.status.uptimeSeconds = 2
        #expect(second.saysTheSame(as: first))
        second.status.slots.busy = 1
        #expect(!second.saysTheSame(as: first))
        #expect(!first.saysTheSame(as: nil))
    }
}
