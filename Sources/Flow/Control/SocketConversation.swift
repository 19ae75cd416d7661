import CPlatform
import Foundation
import Synchronization

/// The client's side of one connection to an engine. Its calls block their thread, except `end`.
final class SocketConversation: Sendable {
    private let state = Mutex(State())

    private struct State {
        var descriptor: Int32 = -1
        var ended = false
        /// Bytes read after the last line.
        var rest: [UInt8] = []
    }

    deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

    /// Connects and reads the engine's greeting. Throws `LinkFailure`.
    func begin(path: String, project: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LinkFailure.noEngine(project: project) }
        let ended = state.withLock { state in
            state.descriptor = descriptor
            return state.ended
        }
        guard !ended else { throw LinkFailure.lost }
        guard withSocketAddress(path, { connect(descriptor, $0, $1) }) == 0 else {
            throw errno == EACCES ? LinkFailure.refusedPeer : LinkFailure.noEngine(project: project)
        }
        var process: Int32 = 0
        var user: UInt32 = 0
        guard weir_peer(descriptor, &process, &user) == 0, user == getuid() || getuid() == 0 else {
            throw LinkFailure.refusedPeer
        }
        let greeting = try hear(Greeting.self)
        guard greeting.weir == Greeting.version else { throw LinkFailure.otherVersion(process: greeting.process) }
    }

    /// Sends all bytes. Throws `LinkFailure.lost`.
    func say(_ bytes: [UInt8]) throws {
        let descriptor = state.withLock { $0.descriptor }
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                // What the engine said before it closed is still there to be read.
                return
            }
        }
    }

    /// Waits for the engine's next line. Throws `LinkFailure.lost` when there is none.
    func hear<Line: Decodable>(_: Line.Type) throws -> Line {
        var (descriptor, bytes) = state.withLock { ($0.descriptor, $0.rest) }
        var searched = 0
        while true {
            if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                state.withLock { $0.rest = Array(bytes[(end + 1)...]) }
                guard let line = try? JSONDecoder().decode(Line.self, from: Data(bytes[..<end])) else {
                    throw LinkFailure.lost
                }
                return line
            }
            searched = bytes.count
            let count = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
                let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                if count > 0 { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                return count
            }
            guard count > 0 || (count < 0 && errno == EINTR) else { throw LinkFailure.lost }
        }
    }

    /// Ends the conversation from any thread: a call that waits throws `LinkFailure.lost`.
    func end() {
        state.withLock { state in
            state.ended = true
            if state.descriptor >= 0 { shutdown(state.descriptor, Int32(SHUT_RDWR)) }
        }
    }
}
