import Glibc
import Synchronization

/// Where rejected lines go: raw, a line each, in files by day of arrival and reason.
package final class RejectFiles: Sendable {
    package struct File: Sendable, Hashable {
        /// Days since 1970, in the batch's zone.
        package var day: Int
        package var reason: String
        /// The part of the reason that never changes.
        package var keyword: String
        package var records: Int
        package var path: String
    }

    /// More reasons than these are told by their keyword alone.
    static let reasonLimit = 100
    /// A file that has grown past this many bytes is followed by another: each is put back as a whole.
    static let fileBytes = 16 << 20

    private struct Key: Hashable {
        var day: Int
        var reason: String
    }
    private struct Open {
        var file: File
        var descriptor: Int32
        var pending: [UInt8] = []
        var bytes = 0
    }
    private struct State {
        var open: [Key: Open] = [:]
        var finished: [File] = []
        var number = 0
    }
    private let directory: String
    private let state = Mutex(State())

    /// The folder must exist.
    package init(directory: String) { self.directory = directory }

    func add(_ line: UnsafeBufferPointer<UInt8>, day: Int, keyword: String, reason: String) throws {
        try state.withLock { state in
            var key = Key(day: day, reason: reason)
            if state.open[key] == nil, state.open.count >= Self.reasonLimit { key.reason = keyword }
            if state.open[key] == nil { state.open[key] = try make(key, keyword, number: state.number) }
            state.number += 1
            state.open[key]?.file.records += 1
            state.open[key]?.pending.append(contentsOf: line)
            state.open[key]?.pending.append(UInt8(ascii: "\n"))
            state.open[key]?.bytes += line.count + 1
            guard let open = state.open[key], open.pending.count >= 1 << 18 || open.bytes >= Self.fileBytes else {
                return
            }
            try Self.write(open)
            state.open[key]?.pending.removeAll(keepingCapacity: true)
            if open.bytes >= Self.fileBytes {
                state.open[key] = nil
                state.finished.append(try Self.finish(open))
            }
        }
    }

    /// Ends all files, durably, and returns them.
    package func finish() throws -> [File] {
        try state.withLock { state in
            for open in state.open.values.sorted(by: { ($0.file.day, $0.file.reason) < ($1.file.day, $1.file.reason) })
            {
                try Self.write(open)
                state.finished.append(try Self.finish(open))
            }
            state.open = [:]
            return state.finished
        }
    }

    deinit {
        state.withLock { state in
            for open in state.open.values { close(open.descriptor) }
        }
    }

    private func make(_ key: Key, _ keyword: String, number: Int) throws -> Open {
        let path = directory + "/\(number)-" + keyword.map { $0 == " " ? "-" : String($0) }.joined() + ".txt"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("make", path) }
        return Open(
            file: File(day: key.day, reason: key.reason, keyword: keyword, records: 0, path: path),
            descriptor: descriptor)
    }

    private static func write(_ open: Open) throws {
        try open.pending.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(
                    open.descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure("write to", open.file.path) }
                written += count
            }
        }
    }

    private static func finish(_ open: Open) throws -> File {
        guard fdatasync(open.descriptor) == 0 else { throw failure("store", open.file.path) }
        close(open.descriptor)
        return open.file
    }

    private static func failure(_ action: String, _ path: String) -> DuckDBError {
        .failed("can't \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
