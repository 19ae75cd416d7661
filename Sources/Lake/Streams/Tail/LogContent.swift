import CPlatform
import Glibc

/// What a log file holds, read by offsets of its uncompressed bytes. For one thread at a time.
protocol LogContent: AnyObject {
    /// Reads from an offset up to the room there is or the present end; returns how many bytes. Offsets must rise but
    /// for what the last reads gave. Throws `LakeError`.
    func read(at offset: Int64, into room: UnsafeMutableRawBufferPointer) throws -> Int
    /// How much there is after an offset. Throws `LakeError`.
    func rest(after offset: Int64) throws -> LogRest
}

enum LogRest: Hashable {
    /// Bytes after the offset, and there may come more. Negative when the file is shorter than that.
    case growing(Int64)
    /// The file is complete. Bytes that are left of it on disk; 0 means that all was read.
    case complete(Int64)

    var bytes: Int64 {
        switch self {
        case .growing(let bytes), .complete(let bytes): max(0, bytes)
        }
    }
}

/// A log as it is written.
final class PlainLog: LogContent {
    let path: String
    let identity: Disk.Status.Identity
    private let descriptor: Int32

    /// Opens a regular file. Throws `LakeError`.
    init(_ path: String) throws {
        // A pipe would make it wait.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Disk.failure("open", path, errno) }
        self.path = path
        var status = weir_file_status()
        guard weir_fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw Disk.failure("look at", path, code)
        }
        identity = .init(device: status.device, inode: status.inode)
    }

    deinit { close(descriptor) }

    func read(at offset: Int64, into room: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < room.count, let base = room.baseAddress {
            let count = pread(descriptor, base + done, room.count - done, Int(offset) + done)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Disk.failure("read", path, errno) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func rest(after offset: Int64) throws -> LogRest {
        var status = weir_file_status()
        guard weir_fstat(descriptor, &status) == 0 else { throw Disk.failure("look at", path, errno) }
        return .growing(status.size - offset)
    }
}

extension LogContent {
    /// The bytes at an offset; fewer than asked for at the end.
    func bytes(at offset: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            filled = try read(at: offset, into: UnsafeMutableRawBufferPointer(room))
        }
    }

    private func has(_ fingerprint: Fingerprint, at offset: Int64) throws -> Bool {
        try bytes(at: offset, count: fingerprint.length).withUnsafeBytes { Fingerprint($0) } == fingerprint
    }

    /// Whether this is the file that was read up to a position: both what it begins with and what came before the offset
    /// are as they were. A position at 0 is anywhere.
    func matches(_ position: TailPosition) throws -> Bool {
        guard try has(position.beginning, at: 0) else { return false }
        return try has(position.latest, at: position.offset - Int64(position.latest.length))
    }
}

enum LogFile {
    /// Opens a file as what its name says that it is. Throws `LakeError`.
    static func open(_ path: String) throws -> any LogContent {
        path.hasSuffix(".gz") ? try GzipLog(path) : try PlainLog(path)
    }
}
