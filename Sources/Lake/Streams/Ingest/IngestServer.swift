import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The HTTP endpoint of streams, by Hummingbird: `POST /streams/NAME` takes records, `GET /` tells that it lives.
///
/// A request that is refused is answered before its body is read; what of it comes after the answer is dropped, so
/// that a client that only sends sees the answer too. A connection may be silent for 10 s, a request may take 10 s to
/// arrive, and 256 connections may be open; more wait to be accepted. Bodies together may take `bodyMemory` bytes; past
/// that they are refused as too many at once.
package struct IngestServer: Sendable {
    static let connections = 256
    static let patience = Duration.seconds(10)

    package let streams: Streams
    package let host: String
    package let port: Int
    /// Twelve of the largest, or one that was compressed and grows as far as it may, and some others.
    var bodyMemory = 96 << 20

    package init(streams: Streams, host: String, port: Int) {
        self.streams = streams
        self.host = host
        self.port = port
    }

    /// Serves until cancelled. `listening` is called once with the address (`127.0.0.1:8344`). Throws
    /// `ServerFailure` that says who else may hold the port.
    package func run(listening: @escaping @Sendable (String) async -> Void) async throws {
        let (streams, memory) = (streams, BodyMemory(limit: bodyMemory))
        let named: Set<String> = ["localhost", "127.0.0.1", "[::1]", Self.bracketed(host).lowercased()]
        let channel = HTTP1Channel(
            responder: { request, writer, channel in
                // Listening on every address, each of them is a right name.
                let address = channel.localAddress?.ipAddress.map(Self.bracketed)
                try await Self.respond(
                    to: request, with: writer, streams: streams, hosts: address.map { named.union([$0]) } ?? named,
                    memory: memory.share())
            },
            configuration: .init(
                idleTimeout: .seconds(Self.patience.components.seconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
        let logger = Logger(label: "ingest") { _ in SwiftLogNoOpLogHandler() }
        let server = channel.server(
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: .maximum(Self.connections, logger: logger)),
            onServerRunning: { channel in
                await listening(Self.text(host: host, port: channel.localAddress?.port ?? 0))
            }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        do {
            try await server.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw ServerFailure.portTaken(address: Self.text(host: host, port: port))
        } catch let error as IOError {
            throw ServerFailure.failed(
                address: Self.text(host: host, port: port), reason: String(cString: strerror(error.errnoCode)))
        } catch let error as SocketAddressError {
            throw ServerFailure.failed(address: Self.text(host: host, port: port), reason: "\(error)")
        }
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    private static func text(host: String, port: Int) -> String { "\(bracketed(host)):\(port)" }

    /// The connection can't be used for another request: its body was not read to the end.
    private struct ConnectionEnds: Error {}

    @concurrent
    private static func respond(
        to request: Request, with writer: consuming ResponseWriter, streams: Streams, hosts: Set<String>,
        memory: BodyMemory.Share
    ) async throws {
        defer { withExtendedLifetime(memory) {} }
        let head = IngestRequest.Head(request)
        var body =
            (head.contentLength ?? 0) == 0 && request.headers[.transferEncoding] == nil ? BodyState.read : .unread
        var answer: Answer
        do {
            let admitted = try IngestRequest.admit(
                head, allowedHosts: hosts, definition: streams.definition, nearest: streams.nearest)
            switch admitted {
            case .health: answer = .init(200, #"{"status":"ok"}"#)
            case .records(let stream, let layout, let isGzip):
                if request.headers[.expect]?.lowercased() == "100-continue" {
                    try await writer.writeInformationalHead(.init(status: .continue))
                }
                body = .partlyRead
                var bytes = try await read(request, memory)
                body = .read
                if isGzip { bytes = try await GzipBody.inflate(bytes, take: memory.take) }
                let taken = try await streams.take(layout == .json ? JSONBody.lines(bytes) : bytes, into: stream)
                answer = .init(200, #"{"records":\#(taken.records),"sequence":\#(taken.sequence)}"#)
            }
        } catch let refusal as StreamRefusal {
            answer = .init(IngestRefusal(refusal))
        } catch let refusal as IngestRefusal {
            answer = .init(refusal)
        }
        answer.closes = body != .read
        let text = request.method == .head ? "" : answer.text
        try await writer.write(response: answer.head, body: .init(byteBuffer: ByteBuffer(string: text)))
        guard answer.closes else { return }
        if body == .unread { await drop(request.body) }
        throw ConnectionEnds()
    }

    private enum BodyState { case unread, partlyRead, read }

    /// Runs the work, or gives up after the time: then nil.
    private static func within<Result: Sendable>(
        _ time: Duration, _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result? {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: time)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private static func read(_ request: Request, _ memory: BodyMemory.Share) async throws -> [UInt8] {
        let body = try await within(patience) {
            var bytes: [UInt8] = []
            var refusal: IngestRefusal?
            for try await part in request.body {
                if bytes.count + part.readableBytes > IngestRequest.bodyLimit {
                    refusal = .tooLarge
                } else if refusal == nil, !memory.take(part.readableBytes) {
                    refusal = .crowded
                }
                if refusal == nil {
                    bytes.append(contentsOf: part.readableBytesView)
                } else {
                    // It is read to its end, and not kept.
                    bytes = []
                    memory.giveBack()
                }
            }
            if let refusal { throw refusal }
            return bytes
        }
        guard let body else { throw IngestRefusal.tooSlow }
        if let promised = request.headers[.contentLength].flatMap({ Int($0) }), body.count < promised {
            throw IngestRefusal.cutShort
        }
        return body
    }

    /// Reads a body to its end, for a while, and keeps nothing. How that ends is nobody's concern: the answer is given.
    private static func drop(_ body: RequestBody) async {
        _ = try? await within(patience) { for try await _ in body {} }
    }
}

/// A small JSON document on its way to a client.
private struct Answer {
    var status: Int
    var text: String
    var retryAfter: Int?
    var allow: String?
    var closes = false

    init(_ status: Int, _ text: String) {
        self.status = status
        self.text = text
    }

    init(_ refusal: IngestRefusal) {
        status = refusal.status
        let message = (try? JSONEncoder().encode(["error": refusal.message])) ?? Data()
        text = String(decoding: message, as: UTF8.self)
        retryAfter = refusal.retryAfter
        allow = refusal.allow
    }

    var head: HTTPResponse {
        var head = HTTPResponse(status: .init(code: status))
        head.headerFields[.contentType] = "application/json"
        head.headerFields[.contentLength] = String(text.utf8.count)
        if let retryAfter { head.headerFields[.retryAfter] = String(retryAfter) }
        if let allow { head.headerFields[.allow] = allow }
        if closes { head.headerFields[.connection] = "close" }
        return head
    }
}

extension IngestRequest.Head {
    fileprivate init(_ request: Request) {
        self.init(
            method: request.method.rawValue, path: request.head.path ?? "/", host: request.head.authority,
            origin: request.headers[.origin], contentType: request.headers[.contentType],
            contentEncoding: request.headers[.contentEncoding],
            contentLength: request.headers[.contentLength].flatMap { Int($0) })
    }
}
