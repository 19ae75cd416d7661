import Foundation
import Glibc
import Store
import TestSupport

/// An answer of an HTTP server.
struct HTTPAnswer: Sendable {
    var status: Int
    /// By lower-case name.
    var headers: [String: String]
    var body: String

    /// The text of a whole answer; informational heads before it are left out. nil when it is none.
    init?(_ text: String) {
        var rest = text[...]
        while rest.hasPrefix("HTTP/1.1 1"), let end = rest.firstRange(of: "\r\n\r\n") { rest = rest[end.upperBound...] }
        guard let end = rest.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = rest[..<end.lowerBound].split(separator: "\r\n")
        guard let first = lines.first, let status = first.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        self.status = status
        headers = Dictionary(
            lines.dropFirst().compactMap { line in
                line.firstIndex(of: ":").map {
                    (line[..<$0].lowercased(), line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces))
                }
            }, uniquingKeysWith: { $1 })
        body = String(rest[end.upperBound...])
    }

    /// What the document says is wrong; nil when it says nothing.
    var error: String? { (try? JSONDecoder().decode([String: String].self, from: Data(body.utf8)))?["error"] }
}

/// `curl`, as people send records.
struct Curl: Sendable {
    let address: String
    let folder: TemporaryDirectory

    func request(_ path: String, _ arguments: String...) async throws -> HTTPAnswer {
        let program = try ProgramUnderTest(
            "/usr/bin/curl", ["-s", "-i", "--max-time", "60"] + arguments + ["http://\(address)\(path)"],
            keepingOutputIn: folder)
        let outcome = try await program.ended()
        guard let answer = HTTPAnswer(outcome.output) else {
            throw ProgramUnderTest.Failure(description: "curl ended with \(outcome.code): \(outcome.output)")
        }
        return answer
    }

    func post(_ path: String, _ body: String, type: String = "application/json") async throws -> HTTPAnswer {
        let file = "body-\(UUID().uuidString)"
        try folder.write(body, to: file)
        return try await request(path, "--data-binary", "@" + folder(file), "-H", "Content-Type: \(type)")
    }
}

/// A connection on which a test says exactly what it wants, and stops where it wants.
final class RawConnection: Sendable {
    private let descriptor: Int32
    private let queue = BlockingQueue("raw connection")

    /// `address` is `127.0.0.1:PORT`. A read that waits longer than a minute ends as if the server had closed.
    init(_ address: String) throws {
        let port = address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = inet_addr("127.0.0.1")
        // Seconds and microseconds: whether `timeval`'s own members are visible depends on what is compiled beside this.
        let patience = [60, 0]
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, patience, socklen_t(MemoryLayout<timeval>.size))
        let code = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw ProgramUnderTest.Failure(description: "can't connect to \(address)") }
    }

    deinit { close(descriptor) }

    func send(_ text: String) async throws {
        try await queue.run { [descriptor] in
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else {
                    throw ProgramUnderTest.Failure(description: "sent \(sent): \(String(cString: strerror(errno)))")
                }
                sent += count
            }
        }
    }

    /// Says that nothing more will come; answers are read still.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What the server sends until it closes, or until the text has all of `marks`.
    func receive(until marks: String...) async throws -> String {
        try await queue.run { [descriptor] in
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65536)
            while true {
                let text = String(decoding: bytes, as: UTF8.self)
                if !marks.isEmpty, marks.allSatisfy(text.contains) { return text }
                let count = recv(descriptor, &part, part.count, 0)
                guard count > 0 else { return text }
                bytes += part[..<count]
            }
        }
    }
}
