import Foundation
import Glibc
import Synchronization

/// One keep-alive HTTP connection to a loopback port that posts prepared bodies, one after the other. It blocks:
/// give each its own thread, so that the client's scheduling is not what is measured.
final class LoadClient {
    private let descriptor: Int32
    private var answer = [UInt8](repeating: 0, count: 16384)

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw BenchFailure("can't reach port \(port): \(String(cString: strerror(errno)))") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// A whole request with its headers, to be sent again and again.
    static func request(path: String, body: [UInt8]) -> [UInt8] {
        let head = """
            POST \(path) HTTP/1.1\r
            Host: localhost\r
            Content-Type: application/x-ndjson\r
            Content-Length: \(body.count)\r
            \r\n
            """
        return Array(head.utf8) + body
    }

    /// Sends a request and waits for the whole answer; returns its status.
    func send(_ request: [UInt8]) throws -> Int {
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { write(descriptor, $0.baseAddress! + sent, request.count - sent) }
            guard count > 0 else { throw BenchFailure("the connection was closed while sending") }
            sent += count
        }
        var have = 0
        while true {
            let count = answer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + have, $0.count - have) }
            guard count > 0 else { throw BenchFailure("the connection was closed before an answer") }
            have += count
            if let status = complete(have) { return status }
        }
    }

    /// The status when the first `count` bytes are a whole answer.
    private func complete(_ count: Int) -> Int? {
        let text = String(decoding: answer[0..<count], as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.lowerBound].lowercased()
        guard let field = head.range(of: "content-length: ") else { return nil }
        let length = Int(head[field.upperBound...].prefix(while: \.isNumber)) ?? 0
        guard text[end.upperBound...].utf8.count >= length else { return nil }
        return Int(head.dropFirst(9).prefix(3))
    }
}

/// What a burst of posts from several connections came to.
struct Burst {
    var seconds: Double
    var latencies: [Double]
    /// Requests by status.
    var statuses: [Int: Int]

    /// Posts `perConnection` copies of each connection's own requests over `connections` threads and waits for all.
    static func run(port: UInt16, connections: Int, requests: [[[UInt8]]]) throws -> Burst {
        let merged = Mutex(Burst(seconds: 0, latencies: [], statuses: [:]))
        let failure = Mutex<String?>(nil)
        let done = DispatchSemaphore(value: 0)
        let clock = ContinuousClock()
        let start = clock.now
        for connection in 0..<connections {
            let mine = requests[connection % requests.count]
            Thread.detachNewThread {
                do {
                    let client = try LoadClient(port: port)
                    var latencies: [Double] = []
                    var statuses: [Int: Int] = [:]
                    for request in mine {
                        let sent = clock.now
                        statuses[try client.send(request), default: 0] += 1
                        latencies.append((clock.now - sent).seconds)
                    }
                    merged.withLock {
                        $0.latencies += latencies
                        $0.statuses.merge(statuses, uniquingKeysWith: +)
                    }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
                done.signal()
            }
        }
        for _ in 0..<connections { done.wait() }
        if let message = failure.withLock({ $0 }) { throw BenchFailure(message) }
        var burst = merged.withLock { $0 }
        burst.seconds = (clock.now - start).seconds
        return burst
    }
}
