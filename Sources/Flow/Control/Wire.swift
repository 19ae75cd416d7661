import Foundation
import Lake

// What goes over the engine's socket: JSON, one object a line. The engine greets with a `Greeting`; then the client
// sends requests, and each is answered before the next is read. Records follow their request's line as raw bytes.
// After `pulses` the engine only pushes.

/// The engine's first line.
struct Greeting: Sendable, Hashable, Codable {
    /// Rises when either side would misunderstand the other.
    static let version = 1

    var weir: Int
    var process: Int32
    var project: String
}

/// A client's line.
enum RequestLine: Sendable, Hashable, Codable {
    case command(key: String, EngineCommand)
    /// Exactly `bytes` bytes of records follow the line.
    case ingest(stream: String, bytes: Int)
    /// Milliseconds between two of them, at least.
    case pulses(rest: Int)
}

/// The engine's line.
enum AnswerLine: Sendable, Hashable, Codable {
    case reply(EngineReply)
    case taken(TakenRecords)
    case refused(Refusal)
    case pulse(EnginePulse)
}

/// A whole request, as it came out of a connection's bytes.
enum Request: Sendable, Hashable {
    case command(key: String, EngineCommand)
    case ingest(stream: String, lines: [UInt8])
    case pulses(rest: Int)
}

/// What a client sent is not in the protocol; the connection is of no more use.
struct MalformedRequest: Error, Hashable, CustomStringConvertible {
    let description: String
}

/// Cuts the bytes of one connection into requests, whatever pieces they come in.
struct RequestReader {
    static let longestLine = 1 << 20
    static let mostRecords = 8 << 20

    private var bytes: [UInt8] = []
    private var awaited: (stream: String, count: Int)?

    mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

    /// The next whole request, or nil when more bytes are needed. Throws `MalformedRequest`.
    mutating func next() throws -> Request? {
        if let awaited {
            guard bytes.count >= awaited.count else { return nil }
            let lines = Array(bytes.prefix(awaited.count))
            bytes.removeFirst(awaited.count)
            self.awaited = nil
            return .ingest(stream: awaited.stream, lines: lines)
        }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            if bytes.count > RequestReader.longestLine {
                throw MalformedRequest(description: "a request line is longer than \(RequestReader.longestLine) bytes")
            }
            return nil
        }
        let line = Data(bytes[..<end])
        bytes.removeFirst(end + 1)
        let request: RequestLine
        do {
            request = try JSONDecoder().decode(RequestLine.self, from: line)
        } catch {
            throw MalformedRequest(description: "this is no request that this version of weir knows")
        }
        switch request {
        case .command(let key, let command): return .command(key: key, command)
        case .pulses(let rest): return .pulses(rest: rest)
        case .ingest(let stream, let count):
            guard (0...RequestReader.mostRecords).contains(count) else {
                throw MalformedRequest(
                    description: "\(count) bytes of records at once; at most \(RequestReader.mostRecords) are taken")
            }
            awaited = (stream, count)
            return try next()
        }
    }
}

extension Encodable {
    /// The value as one line of JSON.
    func line() throws -> [UInt8] { Array(try JSONText.encode(self).utf8) + [UInt8(ascii: "\n")] }
}
