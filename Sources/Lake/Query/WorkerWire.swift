import Foundation

/// What the engine says to a worker over its standard input.
enum WorkerRequest: Sendable, Codable {
    /// Never sent before the one before it has its reply.
    case perform(id: Int64, Statement)
    case cancel(id: Int64)
}

/// What a worker says to the engine over its standard output.
enum WorkerReply: Sendable, Codable {
    /// The first: statements may come.
    case ready
    case progress(id: Int64, fraction: Double?)
    case done(id: Int64, StatementResult)
    case failed(id: Int64, WorkFailure)
}

/// Messages as frames: the length in four bytes, the least first, then JSON.
enum WorkerFrame {
    /// More than any statement's file lists or first rows need; what claims to be longer is damage.
    static let limit = 64 << 20

    static func encode(_ message: some Encodable) throws -> [UInt8] {
        let body = try JSONEncoder().encode(message)
        guard body.count <= limit else {
            throw WorkFailure(
                .queryFailed, "the answer has \(body.count) bytes, and \(limit) is the most: ask for fewer")
        }
        return withUnsafeBytes(of: UInt32(body.count).littleEndian) { Array($0) } + body
    }
}

/// Cuts a stream of bytes into frames.
struct WorkerFrameReader {
    struct Damage: Error {}

    private var bytes: [UInt8] = []

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// The next whole message; nil when more bytes are needed. Throws `Damage` or a decoding error.
    mutating func next<Message: Decodable>(_: Message.Type) throws -> Message? {
        guard bytes.count >= 4 else { return nil }
        let length = bytes.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        guard length <= WorkerFrame.limit else { throw Damage() }
        guard bytes.count >= 4 + length else { return nil }
        let message = try JSONDecoder().decode(Message.self, from: Data(bytes[4..<(4 + length)]))
        bytes.removeFirst(4 + length)
        return message
    }
}
