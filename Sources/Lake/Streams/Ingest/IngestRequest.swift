/// What the head of a request asks for, decided before any of its body is read.
enum IngestRequest: Hashable, Sendable {
    /// `GET /`: is it alive.
    case health
    /// `POST /streams/NAME`.
    case records(stream: String, layout: Layout, isGzip: Bool = false)

    /// How a body becomes lines.
    enum Layout: Hashable, Sendable {
        case lines
        /// A JSON array, one object, or lines.
        case json
    }

    /// The parts of a head that decide.
    struct Head: Sendable {
        var method: String
        var path: String
        var host: String?
        var origin: String?
        var contentType: String?
        var contentEncoding: String?
        var contentLength: Int?
    }

    static let bodyLimit = 8 << 20

    /// `allowedHosts` are names without a port, in lower case. Throws `IngestRefusal`.
    ///
    /// A web page can make a visitor's browser send requests to a loopback address. Such a request carries an
    /// `Origin`, or reaches us under a foreign name (DNS rebinding): neither is what a shipper does.
    static func admit(
        _ head: Head, allowedHosts: Set<String>, definition: (String) -> StreamDefinition?,
        nearest: (String) -> String?
    ) throws(IngestRefusal) -> IngestRequest {
        guard head.origin == nil else { throw .init(403, "requests from web pages are refused: remove Origin") }
        let host = head.host.map(name) ?? ""
        guard allowedHosts.contains(host) else {
            throw .init(403, "the host name '\(host.prefix(100))' is not this server's: use its address")
        }
        let path = head.path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
        if path == "/" {
            guard head.method == "GET" || head.method == "HEAD" else {
                throw .init(405, "GET / tells the health", allow: "GET, HEAD")
            }
            return .health
        }
        guard path.hasPrefix("/streams/") else {
            throw .init(404, "nothing is here: send records to POST /streams/NAME")
        }
        let stream = String(path.dropFirst("/streams/".count))
        guard let definition = definition(stream) else {
            throw .init(404, StreamRefusal.noStream(stream, nearest: nearest(stream)).description)
        }
        guard definition.http else {
            throw .init(403, "stream \(stream) takes nothing over HTTP: set http: true in weir.yaml")
        }
        guard head.method == "POST" else { throw .init(405, "records are sent by POST", allow: "POST") }
        let isGzip: Bool
        switch head.contentEncoding?.lowercased() {
        case nil, "identity": isGzip = false
        case "gzip", "x-gzip": isGzip = true
        case .some(let encoding):
            throw .init(415, "the body's encoding is \(encoding.prefix(50)): send it as gzip, or without compression")
        }
        if let length = head.contentLength, length > bodyLimit { throw .tooLarge }
        return .records(
            stream: stream, layout: try layout(head.contentType, definition.format), isGzip: isGzip)
    }

    /// `[::1]:8344` and `localhost:8344` without the port, in lower case.
    private static func name(_ host: String) -> String {
        let end =
            host.hasPrefix("[") ? host.firstIndex(of: "]").map { host.index(after: $0) } : host.firstIndex(of: ":")
        return host[..<(end ?? host.endIndex)].lowercased()
    }

    private static func layout(_ contentType: String?, _ format: RecordFormat) throws(IngestRefusal) -> Layout {
        let type = contentType?.split(separator: ";").first?.trimmingSpaces().lowercased()
        switch (format, type) {
        case (.json, nil), (.json, "application/json"): return .json
        case (.json, "application/x-ndjson"), (.json, "application/ndjson"), (.json, "application/jsonl"),
            (.json, "application/x-jsonlines"), (.json, "application/json-lines"):
            return .lines
        case (.combined, nil), (.combined, "text/plain"): return .lines
        case (.csv, nil), (.csv, "text/csv"), (.csv, "text/plain"): return .lines
        case (.csv, _): throw .init(415, "this stream takes csv: set Content-Type to text/csv")
        case (.json, _):
            throw .init(415, "this stream takes JSON: set Content-Type to application/json or application/x-ndjson")
        case (.combined, _): throw .init(415, "this stream takes log lines: set Content-Type to text/plain")
        }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        drop { $0 == " " }.prefix { $0 != " " }
    }
}

/// An answer that takes nothing: a status of HTTP and one line for whoever sent the request.
struct IngestRefusal: Error, Hashable, Sendable {
    var status: Int
    var message: String
    /// Seconds after which the same request may be sent again.
    var retryAfter: Int?
    /// For 405: the methods that are right.
    var allow: String?

    init(_ status: Int, _ message: String, retryAfter: Int? = nil, allow: String? = nil) {
        self.status = status
        self.message = message
        self.retryAfter = retryAfter
        self.allow = allow
    }

    init(_ refusal: StreamRefusal) {
        switch refusal {
        case .noStream: self.init(404, refusal.description)
        case .busy(_, let seconds): self.init(503, refusal.description, retryAfter: seconds)
        case .noReject: self.init(404, refusal.description)
        case .failed: self.init(503, refusal.description, retryAfter: 5)
        }
    }

    static let tooLarge = IngestRefusal(
        413, "a request's body is at most \(IngestRequest.bodyLimit >> 20) MiB: send the records in parts")
    static let tooSlow = IngestRefusal(408, "the request took longer than 10 s to arrive")
    static let cutShort = IngestRefusal(400, "the request ended before its body did")
    static let crowded = IngestRefusal(
        503, "too many records are on their way at once: send these again in 1 s", retryAfter: 1)
    static let endlessArray = IngestRefusal(400, "the body is a JSON array without an end: nothing of it was taken")
    static let afterArray = IngestRefusal(
        400, "the body goes on after the end of its JSON array: nothing of it was taken")
}
