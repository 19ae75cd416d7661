import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The HTTP endpoint of streams, by Hummingbird: `POST /streams/NAME` takes records, `GET /` tells that it lives.
///
/// A request that is refused is answered before its body is read. A connection may be silent for 10 s, a request
/// may take 10 s to arrive, and 256 connections may be open; more wait to be accepted.
package struct IngestServer: Sendable {
    static let connections = 256
    static let patience = Duration.seconds(10)

    package let streams: Streams
    package let host: String
    package let port: Int

    package init(streams: Streams, host: String, port: Int) {
        self.streams = streams
        self.host = host
        self.port = port
    }

    /// Serves until cancelled. `listening` is called once with the address (`127.0.0.1:8344`). Throws
    /// `ServerFailure` that says who else may hold the port.
    package func run(listening: @escaping @Sendable (String) async -> Void) async throws {
        let (streams, host) = (streams, host)
        let hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]", host.contains(":") ? "[\(host)]" : host]
        let channel = HTTP1Channel(
            responder: { request, writer, channel in
                try await Self.respond(to: request, with: writer, streams: streams, hosts: hosts)
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

    private static func text(host: String, port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The connection can't be used for another request: its body was not read to the end.
    private struct ConnectionEnds: Error {}

    @concurrent
    private static func respond(
        to request: Request, with writer: consuming ResponseWriter, streams: Streams, hosts: Set<String>
    ) async throws {
        let head = IngestRequest.Head(request)
        var readAll = (head.contentLength ?? 0) == 0 && request.headers[.transferEncoding] == nil
        var answer: Answer
        do {
            let admitted = try IngestRequest.admit(
                head, allowedHosts: hosts, definition: streams.definition, nearest: streams.nearest)
            switch admitted {
            case .health: answer = .init(200, #"{"status":"ok"}"#)
            case .records(let stream, let layout):
                if request.headers[.expect]?.lowercased() == "100-continue" {
                    try await writer.writeInformationalHead(.init(status: .continue))
                }
                let body = try await body(of: request)
                readAll = true
                let taken = try await streams.take(layout == .json ? JSONBody.lines(body) : body, into: stream)
                answer = .init(200, #"{"records":\#(taken.records),"sequence":\#(taken.sequence)}"#)
            }
        } catch let refusal as StreamRefusal {
            answer = .init(IngestRefusal(refusal))
        } catch let refusal as IngestRefusal {
            answer = .init(refusal)
        }
        answer.closes = !readAll
        try await writer.write(response: answer.head, body: .init(byteBuffer: ByteBuffer(string: answer.text)))
        if answer.closes { throw ConnectionEnds() }
    }

    private static func body(of request: Request) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                do {
                    let buffer = try await request.body.collect(upTo: IngestRequest.bodyLimit)
                    return buffer.getBytes(at: buffer.readerIndex, length: buffer.readableBytes) ?? []
                } catch is NIOTooManyBytesError {
                    throw IngestRefusal.tooLarge
                }
            }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            guard let body = try await group.next() ?? nil else { throw IngestRefusal.tooSlow }
            if let promised = request.headers[.contentLength].flatMap({ Int($0) }), body.count < promised {
                throw IngestRefusal.cutShort
            }
            return body
        }
    }
}

/// A small JSON document on its way to a client.
private struct Answer {
    var status: Int
    var text: String
    var retryAfter: Int?
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
    }

    var head: HTTPResponse {
        var head = HTTPResponse(status: .init(code: status))
        head.headerFields[.contentType] = "application/json"
        head.headerFields[.contentLength] = String(text.utf8.count)
        if let retryAfter { head.headerFields[.retryAfter] = String(retryAfter) }
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
