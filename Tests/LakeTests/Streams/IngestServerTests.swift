import DuckDB
import Foundation
import Store
import TestSupport
import Testing

@testable import Lake

/// The HTTP endpoint, as clients of every kind see it.
@Suite(.timeLimit(.minutes(5))) struct IngestServerTests {
    private let site: StreamSite
    private let record = #"{"ts":"2026-11-21T00:00:00Z","n":1}"#

    init() throws { site = try StreamSite() }

    /// Serves a stream `log` for as long as the body runs.
    private func serving(
        host: String = "127.0.0.1", bodyMemory: Int? = nil, _ more: StreamDefinition...,
        body: @escaping @Sendable (Streams, Curl) async throws -> Void
    ) async throws {
        let (site, streams) = (site, try [StreamSite.stream()] + more)
        try await PublicTree(folder: site.objects, store: site.store).recover()
        let workers = Workers(
            Workers.Settings(
                slots: 1, memory: 300_000_000, executable: EngineUnderTest.executable,
                directory: site.folder("workers")))
        let all = try await Streams(
            project: site.project(streams), store: site.store, folder: site.objects, workers: workers)
        var server = IngestServer(streams: all, host: host, port: 0)
        if let bodyMemory { server.bodyMemory = bodyMemory }
        let (addresses, address) = AsyncStream<String>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { [server] group in
            group.addTask { try await server.run { address.yield($0) } }
            group.addTask { try await workers.run() }
            defer { group.cancelAll() }
            var iterator = addresses.makeAsyncIterator()
            let listening = try #require(await iterator.next())
            let port = listening.split(separator: ":").last.map(String.init) ?? ""
            try await body(all, Curl(address: "127.0.0.1:" + port, folder: site.folder))
        }
    }

    /// The records that an engine that starts now would find.
    private func durable() throws -> Int {
        try RecoveredBuffer(folder: site.folder(".weir/buffers/log"), deliveredThrough: 0).index.records
    }

    private func head(_ length: Int, _ more: String = "") -> String {
        "POST /streams/log HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            + "Content-Length: \(length)\r\n\(more)\r\n"
    }

    @Test func `what is acked is durable, and the answer tells how many and where`() async throws {
        try await serving { [record] streams, curl in
            let one = try await curl.post("/streams/log", record)
            #expect((one.status, one.body) == (200, #"{"records":1,"sequence":1}"#))
            #expect(one.headers["content-type"] == "application/json")
            let array = try await curl.post("/streams/log", "[\(record),\n\(record), \(record)]")
            #expect(array.body == #"{"records":3,"sequence":2}"#)
            let lines = try await curl.post(
                "/streams/log", "\(record)\n\n\(record)\nnonsense\n", type: "application/x-ndjson")
            #expect(lines.body == #"{"records":3,"sequence":3}"#)
            let pretty = try await curl.post("/streams/log", "{\n  \"ts\": \"2026-11-21T00:00:00Z\"\n}\n")
            #expect(pretty.body == #"{"records":1,"sequence":4}"#)
            let none = try await curl.post("/streams/log", "[]")
            #expect(none.body == #"{"records":0,"sequence":0}"#)
            #expect(try durable() == 8)
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 7, rejected: 1))
        }
    }

    @Test func `an array that can't be taken apart is refused whole`() async throws {
        try await serving { [record] streams, curl in
            let answer = try await curl.post("/streams/log", "[\(record),\(record)")
            #expect(answer.status == 400)
            #expect(answer.error == "the body is a JSON array without an end: nothing of it was taken")
            #expect(try streams.figures() == Figures())
        }
    }

    @Test func `log lines are taken as text`() async throws {
        let line = #"h - - [17/May/2015:08:05:32 +0000] "GET / HTTP/1.1" 200 5"#
        try await serving(try StreamSite.stream("access", format: .combined, time: nil)) { streams, curl in
            let answer = try await curl.post("/streams/access", line + "\n" + line, type: "text/plain")
            #expect(answer.body == #"{"records":2,"sequence":1}"#)
            try await streams.flush("access")
            #expect(try streams.figures("access") == Figures(delivered: 2))
        }
    }

    /// What `gzip` makes of a text.
    private func gzip(_ text: String, in folder: TemporaryDirectory) throws -> [UInt8] {
        try folder.write(text, to: "plain")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
        process.arguments = ["-kf", folder("plain")]
        try process.run()
        process.waitUntilExit()
        return Array(try Data(contentsOf: URL(fileURLWithPath: folder("plain.gz"))))
    }

    private func post(_ curl: Curl, gzip bytes: [UInt8]) async throws -> HTTPAnswer {
        try Data(bytes).write(to: URL(fileURLWithPath: curl.folder("body.gz")))
        return try await curl.request(
            "/streams/log", "--data-binary", "@" + curl.folder("body.gz"), "-H", "Content-Encoding: gzip", "-H",
            "Content-Type: application/json")
    }

    @Test func `a compressed body is taken as what it holds, lines or an array, one member or several`() async throws {
        try await serving { [record] streams, curl in
            let lines = try self.gzip(record + "\n" + record, in: curl.folder)
            let answer = try await self.post(curl, gzip: lines)
            #expect(answer.body == #"{"records":2,"sequence":1}"#)
            let both = lines + (try self.gzip("\n" + record, in: curl.folder))
            #expect(try await self.post(curl, gzip: both).body == #"{"records":3,"sequence":2}"#)
            let array = try self.gzip("[\(record), \(record)]", in: curl.folder)
            #expect(try await self.post(curl, gzip: array).body == #"{"records":2,"sequence":3}"#)
            let many = try self.gzip(
                (0..<100_000).map { #"{"ts":"2026-11-20T00:00:00Z","n":\#($0 &* 2_654_435_761)}"# }
                    .joined(separator: "\n"), in: curl.folder)
            #expect(try await self.post(curl, gzip: many).status == 200)
            #expect(try streams.figures().received == 100_007)
        }
    }

    @Test func `nothing is taken of a compressed body that is damaged, ends early or grows without measure`()
        async throws
    {
        try await serving { [record] streams, curl in
            let good = try self.gzip(record, in: curl.folder)
            var damaged = good
            damaged[good.count - 6] ^= 1
            for (body, status, error) in [
                (damaged, 400, "the body is damaged gzip: nothing of it was taken"),
                (Array(record.utf8), 400, "the body is damaged gzip: nothing of it was taken"),
                (good + [1, 2, 3], 400, "the body is damaged gzip: nothing of it was taken"),
                (Array(good.dropLast(9)), 400, "the body's gzip ends early: nothing of it was taken"),
                ([], 400, "the body's gzip ends early: nothing of it was taken"),
                (
                    try self.gzip(String(repeating: " ", count: 3 << 20), in: curl.folder), 413,
                    "the body grows more than 100:1 or beyond 64 MiB: send the records in parts"
                ),
            ] {
                let answer = try await self.post(curl, gzip: body)
                #expect((answer.status, answer.error) == (status, error))
            }
            #expect(try streams.figures() == Figures())
        }
    }

    @Test func `csv is taken as what it is`() async throws {
        let format = RecordFormat.csv(CSVShape(names: ["ts", "n"]))
        try await serving(try StreamSite.stream("sales", format: format, time: "ts")) { streams, curl in
            let lines = "2026-11-20T00:00:00Z,1\n2026-11-20T00:00:01Z,2"
            #expect(try await curl.post("/streams/sales", lines, type: "text/csv").status == 200)
            let wrong = try await curl.post("/streams/sales", lines, type: "application/json")
            #expect((wrong.status, wrong.error) == (415, "this stream takes csv: set Content-Type to text/csv"))
            try await streams.flush("sales")
            #expect(try streams.figures("sales") == Figures(delivered: 2))
        }
    }

    @Test func `a refusal says what is wrong and what would be right`() async throws {
        try await serving { [record] streams, curl in
            let unknown = try await curl.post("/streams/lgo", record)
            #expect((unknown.status, unknown.error) == (404, "no stream lgo; did you mean log?"))
            let method = try await curl.request("/streams/log", "-X", "PUT")
            #expect((method.status, method.headers["allow"]) == (405, "POST"))
            #expect(method.error == "records are sent by POST")
            let host = try await curl.request("/streams/log", "-H", "Host: evil.example", "--json", record)
            #expect(host.status == 403)
            #expect(host.error == "the host name 'evil.example' is not this server's: use its address")
            let origin = try await curl.request("/streams/log", "-H", "Origin: http://localhost", "--json", record)
            #expect((origin.status, origin.error) == (403, "requests from web pages are refused: remove Origin"))
            let form = try await curl.request("/streams/log", "-d", record)
            #expect(form.status == 415)
            #expect(
                form.error
                    == "this stream takes JSON: set Content-Type to application/json or application/x-ndjson")
            #expect(try streams.figures() == Figures())
        }
    }

    @Test func `a refusal comes before the body does`() async throws {
        try await serving { _, curl in
            for (more, status, error) in [
                ("Origin: null\r\n", 403, "requests from web pages are refused: remove Origin"),
                (
                    "Content-Encoding: br\r\n", 415,
                    "the body's encoding is br: send it as gzip, or without compression"
                ),
            ] {
                let connection = try RawConnection(curl.address)
                try await connection.send(self.head(100, more))
                let answer = HTTPAnswer(try await connection.receive(until: "}"))
                #expect((answer?.status, answer?.error) == (status, error))
                #expect(answer?.headers["connection"] == "close")
                connection.endSending()
                #expect(try await connection.receive() == "")
            }
        }
    }

    @Test func `a client that sends all of a refused body sees why`() async throws {
        let tooLarge = "a request's body is at most 8 MiB: send the records in parts"
        let body = String(repeating: String(repeating: "x", count: 1023) + "\n", count: 10 << 10)
        try await serving { streams, curl in
            let known = try RawConnection(curl.address)
            try await known.send(self.head(body.utf8.count) + body)
            #expect(HTTPAnswer(try await known.receive(until: "}"))?.error == tooLarge)
            let chunked = try RawConnection(curl.address)
            try await chunked.send(
                "POST /streams/log HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
            let answer = HTTPAnswer(try await chunked.receive(until: "}"))
            #expect((answer?.status, answer?.error) == (413, tooLarge))
            let curled = try await curl.post("/streams/log", body)
            #expect((curled.status, curled.error) == (413, tooLarge))
            #expect(try streams.figures() == Figures())
        }
    }

    @Test func `a body that is cut short is not acked and not kept`() async throws {
        try await serving { [record] streams, curl in
            let promised = try RawConnection(curl.address)
            try await promised.send(self.head(1000) + record + "\n" + record)
            promised.endSending()
            #expect(!(try await promised.receive()).contains("200 OK"))
            let chunked = try RawConnection(curl.address)
            try await chunked.send(
                "POST /streams/log HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "\(String(record.utf8.count, radix: 16))\r\n\(record)\r\n")
            chunked.endSending()
            #expect(!(try await chunked.receive()).contains("200 OK"))
            // The server is well, and took nothing of it.
            #expect(try await curl.post("/streams/log", record).body == #"{"records":1,"sequence":1}"#)
            #expect(try streams.figures() == Figures(buffered: 1))
        }
    }

    @Test func `a connection serves request after request, and an answer to HEAD has no body`() async throws {
        try await serving { [record] streams, curl in
            let connection = try RawConnection(curl.address)
            try await connection.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let head = try await connection.receive(until: "\r\n\r\n")
            #expect(HTTPAnswer(head)?.status == 200)
            #expect(HTTPAnswer(head)?.headers["content-length"] == "15")
            // Were there a body, it would be here or before the next answer.
            #expect(HTTPAnswer(head)?.body == "")
            try await connection.send(self.head(record.utf8.count) + record)
            let first = try await connection.receive(until: "}")
            #expect(first.hasPrefix("HTTP/1.1 200 OK"))
            try await connection.send(self.head(record.utf8.count, "Expect: 100-continue\r\n"))
            #expect(try await connection.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
            try await connection.send(record)
            #expect(HTTPAnswer(try await connection.receive(until: "}"))?.body == #"{"records":1,"sequence":2}"#)
            #expect(try streams.figures() == Figures(buffered: 2))
            #expect(try await curl.request("/").body == #"{"status":"ok"}"#)
        }
    }

    @Test func `sixteen connections at once, and every acked record is there`() async throws {
        let (connections, requests, records) = (16, 10, 50)
        try await serving { [record] streams, curl in
            let body = Array(repeating: record, count: records).joined(separator: "\n")
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<connections {
                    group.addTask {
                        let connection = try RawConnection(curl.address)
                        var acked = 0
                        for _ in 0..<requests {
                            try await connection.send(self.head(body.utf8.count) + body)
                            let answer = HTTPAnswer(try await connection.receive(until: "}"))
                            if answer?.body.hasPrefix("{\"records\":\(records),") == true { acked += records }
                        }
                        return acked
                    }
                }
                let acked = try await group.reduce(0, +)
                #expect(acked == connections * requests * records)
                #expect(try streams.figures() == Figures(buffered: Int64(acked)))
                #expect(try durable() == acked)
                try await streams.flush("log")
                #expect(try streams.figures() == Figures(delivered: Int64(acked)))
            }
        }
        #expect(try await site.rows("raw.log", "count(*)") == [["\(connections * requests * records)"]])
    }

    @Test func `more bodies at once than there is memory for are told to come again`() async throws {
        try await serving(bodyMemory: 1 << 20) { [record] streams, curl in
            let body = String(repeating: record + "\n", count: (1 << 20) / (record.utf8.count + 1))
            var refused: HTTPAnswer?
            // One of two bodies finds no room, and it may be the first.
            let isRefused = try await eventually {
                let slow = try RawConnection(curl.address)
                try await slow.send(self.head(body.utf8.count) + body.dropLast(10))
                let answer = try await curl.post("/streams/log", body)
                if answer.status != 200 { refused = answer }
                return refused != nil
            }
            #expect(isRefused)
            #expect((refused?.status, refused?.headers["retry-after"]) == (503, "1"))
            #expect(refused?.error == "too many records are on their way at once: send these again in 1 s")
            // What the connections that are gone held is free again.
            let isTaken = try await eventually { try await curl.post("/streams/log", body).status == 200 }
            #expect(isTaken)
        }
    }

    @Test func `on a full disk the answer is 503, and nothing is acked`() async throws {
        let small = site.folder(".weir/buffers")
        try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
        try #require(
            mount("weir-test", small, "tmpfs", 0, "size=1m") == 0,
            "this test mounts a small disk, so it runs as root: \(String(cString: strerror(errno)))")
        defer { umount2(small, Int32(MNT_DETACH)) }
        try await serving { [record] streams, curl in
            // A segment is 64 MiB, and its space is taken before the ack.
            for _ in 0..<3 {
                let answer = try await curl.post("/streams/log", record)
                #expect((answer.status, answer.headers["retry-after"]) == (503, "5"))
                #expect(answer.error?.hasPrefix("stream log could not store the records: ") == true)
                #expect(answer.error?.hasSuffix(" is full: free some space; nothing was lost") == true)
            }
            #expect(try streams.figures() == Figures())
            #expect(streams.status().first?.problem?.contains("is full") == true)
            #expect(try Disk.names(in: small + "/log") == [])
        }
    }

    @Test func `listening on every address, each of them is a right host`() async throws {
        try await serving(host: "0.0.0.0") { _, curl in
            let port = curl.address.split(separator: ":").last.map(String.init) ?? ""
            let other = Curl(address: "127.0.0.2:\(port)", folder: curl.folder)
            let (right, wrong) = (try await other.request("/"), try await other.request("/", "-H", "Host: 127.0.0.3"))
            #expect((right.status, wrong.status) == (200, 403))
        }
    }

    @Test func `a port that another program holds is named, with what to change`() async throws {
        try await serving { streams, curl in
            let port = curl.address.split(separator: ":").last.flatMap { Int($0) } ?? 0
            let failure = await #expect(throws: ServerFailure.self) {
                try await IngestServer(streams: streams, host: "127.0.0.1", port: port).run { _ in }
            }
            #expect(failure == .portTaken(address: curl.address))
            #expect(
                failure?.description == "\(curl.address) is taken by another program (see ss -ltnp): set another "
                    + "with engine: { port: … } in weir.yaml")
        }
    }
}
