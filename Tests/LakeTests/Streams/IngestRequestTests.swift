import Testing

@testable import Lake

/// What the head of a request decides, and the words of each refusal.
@Suite struct IngestRequestTests {
    private let streams = try? [
        StreamSite.stream("access_log"), StreamSite.stream("lines", format: .combined, time: nil),
        StreamSite.stream("files", http: false),
    ]

    private func admit(
        _ path: String = "/streams/access_log", method: String = "POST", host: String? = "127.0.0.1:8344",
        origin: String? = nil, type: String? = "application/json", encoding: String? = nil, length: Int? = 10
    ) throws -> IngestRequest {
        try IngestRequest.admit(
            .init(
                method: method, path: path, host: host, origin: origin, contentType: type, contentEncoding: encoding,
                contentLength: length),
            allowedHosts: ["localhost", "127.0.0.1", "[::1]"],
            definition: { name in streams?.first { $0.name == name } },
            nearest: { NearestName.of($0, among: streams?.map(\.name) ?? []) })
    }

    /// `STATUS message`.
    private func refusal(_ body: () throws -> IngestRequest) -> String {
        do {
            return "taken: \(try body())"
        } catch {
            return (error as? IngestRefusal).map { "\($0.status) \($0.message)" } ?? "\(error)"
        }
    }

    @Test(arguments: ["127.0.0.1:8344", "localhost:8344", "LOCALHOST", "[::1]:8344", "[::1]"])
    func `its own names and addresses are right, with any port`(host: String) throws {
        #expect(try admit(host: host) == .records(stream: "access_log", layout: .json))
    }

    @Test(arguments: ["evil.example", "127.0.0.1.evil.example:8344", "localhost.", "[::1", "", "127.0.0.2"])
    func `a foreign host name is refused`(host: String) {
        #expect(
            refusal { try admit(host: host) }
                == "403 the host name '\(host.hasPrefix("[") ? host : String(host.prefix { $0 != ":" }))' is not this server's: use its address"
        )
    }

    @Test func `a request without a host, or from a web page, is refused`() {
        #expect(refusal { try admit(host: nil) } == "403 the host name '' is not this server's: use its address")
        for origin in ["http://127.0.0.1:8344", "null", ""] {
            #expect(refusal { try admit(origin: origin) } == "403 requests from web pages are refused: remove Origin")
        }
    }

    @Test func `paths and methods that are none say which are`() throws {
        #expect(try admit("/", method: "GET", type: nil, length: nil) == .health)
        #expect(try admit("/?x", method: "HEAD", type: nil, length: nil) == .health)
        #expect(try admit("/streams/access_log?x=1") == .records(stream: "access_log", layout: .json))
        #expect(refusal { try admit("/", method: "POST") } == "405 GET / tells the health")
        #expect(refusal { try admit("/stream") } == "404 nothing is here: send records to POST /streams/NAME")
        #expect(refusal { try admit("/streams/acces_log") } == "404 no stream acces_log; did you mean access_log?")
        #expect(refusal { try admit("/streams/") } == "404 no stream ; see streams in weir.yaml")
        #expect(refusal { try admit("/streams/access_log", method: "PUT") } == "405 records are sent by POST")
        #expect(
            refusal { try admit("/streams/files") }
                == "403 stream files takes nothing over HTTP: set http: true in weir.yaml")
    }

    @Test func `the content's type is the stream's, and says how the body is cut into records`() throws {
        for type in [nil, "application/json", "Application/JSON ; charset=utf-8"] {
            #expect(try admit(type: type) == .records(stream: "access_log", layout: .json))
        }
        for type in ["application/x-ndjson", "application/ndjson; charset=utf-8", "application/jsonl"] {
            #expect(try admit(type: type) == .records(stream: "access_log", layout: .lines))
        }
        for type in [nil, "text/plain; charset=utf-8"] {
            #expect(try admit("/streams/lines", type: type) == .records(stream: "lines", layout: .lines))
        }
        for type in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"] {
            #expect(
                refusal { try admit(type: type) }
                    == "415 this stream takes JSON: set Content-Type to application/json or application/x-ndjson")
        }
        #expect(
            refusal { try admit("/streams/lines") } == "415 this stream takes log lines: set Content-Type to text/plain"
        )
    }

    @Test func `a compressed or too large body is refused by its head`() throws {
        #expect(try admit(encoding: "identity", length: 8 << 20) == .records(stream: "access_log", layout: .json))
        #expect(
            refusal { try admit(encoding: "br") }
                == "415 the body's encoding is br: send it as gzip, or without compression")
        #expect(
            try admit(encoding: "gzip") == .records(stream: "access_log", layout: .json, isGzip: true))
        #expect(
            refusal { try admit(length: (8 << 20) + 1) }
                == "413 a request's body is at most 8 MiB: send the records in parts")
    }

    @Test func `what a stream refuses has a status, and a time where a second try may work`() {
        let busy = IngestRefusal(StreamRefusal.busy(stream: "log", seconds: 3))
        #expect((busy.status, busy.retryAfter) == (503, 3))
        #expect(busy.message == "stream log is busy: send the records again in 3 s")
        let failed = IngestRefusal(StreamRefusal.failed(stream: "log", "the disk is full"))
        #expect((failed.status, failed.retryAfter) == (503, 5))
        #expect(failed.message == "stream log could not store the records: the disk is full")
        #expect(
            IngestRefusal(StreamRefusal.noStream("lgo", nearest: "log")).message == "no stream lgo; did you mean log?")
        #expect(IngestRefusal(StreamRefusal.noStream("x", nearest: nil)).status == 404)
        #expect(
            StreamRefusal.noReject(stream: "log", 7).description
                == "stream log has no reject 7 that was not put back yet; see weir rejects")
    }
}
