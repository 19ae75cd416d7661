import Foundation
import Glibc

/// The least that a server can do with posts: reads each to its end on a thread per connection, keeps nothing and
/// answers 200. What is slower than it is the server's work; what is as fast is as fast as this machine's loopback.
final class LoopbackSink {
    let port: UInt16
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 ? getsockname(listener, $0, &length) : -1
            }
        }
        guard result == 0 else { throw BenchFailure("can't listen on loopback: \(String(cString: strerror(errno)))") }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { Self.answer(connection) }
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func answer(_ connection: Int32) {
        defer { close(connection) }
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var have = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { read(connection, $0.baseAddress! + have, $0.count - have) }
            guard count > 0 else { return }
            have += count
            guard let request = length(of: buffer[0..<have]), have >= request else { continue }
            have = 0
            guard answer.withUnsafeBytes({ write(connection, $0.baseAddress, $0.count) }) == answer.count else {
                return
            }
        }
    }

    /// The bytes of a whole request, once its head is there.
    private static func length(of bytes: ArraySlice<UInt8>) -> Int? {
        let text = String(decoding: bytes.prefix(1024), as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), let field = text.range(of: "Content-Length: ") else { return nil }
        let body = Int(text[field.upperBound...].prefix(while: \.isNumber)) ?? 0
        return text[..<end.upperBound].utf8.count + body
    }
}
