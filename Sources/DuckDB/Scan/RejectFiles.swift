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
    /// Closed when it goes.
    private final class Descriptor: Sendable {
        let number: Int32

        init(creating path: String) throws {
            number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard number >= 0 else { throw RejectFiles.failure("make", path) }
        }

        deinit { close(number) }
    }
    /// A file that is being written.
    private struct Open {
        private(set) var file: File
        private(set) var bytes = 0
        private let descriptor: Descriptor
        private var pending: [UInt8] = []

        init(_ file: File) throws {
            descriptor = try Descriptor(creating: file.path)
            self.file = file
        }

        mutating func add(_ line: UnsafeBufferPointer<UInt8>) throws {
            file.records += 1
            pending.append(contentsOf: line)
            pending.append(UInt8(ascii: "\n"))
            bytes += line.count + 1
            if pending.count >= 1 << 18 { try write() }
        }

        /// Makes everything durable.
        mutating func finish() throws -> File {
            try write()
            guard fdatasync(descriptor.number) == 0 else { throw RejectFiles.failure("store", file.path) }
            return file
        }

        private mutating func write() throws {
            try pending.withUnsafeBytes { bytes in
                var written = 0
                while written < bytes.count {
                    let count = Glibc.write(
                        descriptor.number, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { throw RejectFiles.failure("write to", file.path) }
                    written += count
                }
            }
            pending.removeAll(keepingCapacity: true)
        }
    }
    private struct State {
        var open: [Key: Open] = [:]
        var finished: [File] = []
        /// How many there were, for their names.
        var made = 0
    }
    private let directory: String
    private let state = Mutex(State())

    /// The folder must exist.
    package init(directory: String) { self.directory = directory }

    func add(_ line: UnsafeBufferPointer<UInt8>, day: Int, keyword: String, reason: String) throws {
        try state.withLock { state in
            var key = Key(day: day, reason: reason)
            if state.open[key] == nil, state.open.count >= Self.reasonLimit { key.reason = keyword }
            if state.open[key] == nil {
                state.open[key] = try make(key, keyword, number: state.made)
                state.made += 1
            }
            try state.open[key]?.add(line)
            guard var full = state.open[key], full.bytes >= Self.fileBytes else { return }
            state.finished.append(try full.finish())
            state.open[key] = nil
        }
    }

    /// Ends all files, durably, and returns them.
    package func finish() throws -> [File] {
        try state.withLock { state in
            let open = state.open.values.sorted { ($0.file.day, $0.file.reason) < ($1.file.day, $1.file.reason) }
            for var open in open {
                state.finished.append(try open.finish())
            }
            state.open = [:]
            return state.finished
        }
    }

    private func make(_ key: Key, _ keyword: String, number: Int) throws -> Open {
        let path = directory + "/\(number)-" + keyword.map { $0 == " " ? "-" : String($0) }.joined() + ".txt"
        return try Open(File(day: key.day, reason: key.reason, keyword: keyword, records: 0, path: path))
    }

    private static func failure(_ action: String, _ path: String) -> DuckDBError {
        .failed("can't \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
