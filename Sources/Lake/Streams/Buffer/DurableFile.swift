import Glibc

/// Files that are durable when the call returns.
enum DurableFile {
    /// Writes a file, or writes it anew, and makes it and its name durable. Throws `LakeError`.
    static func store(_ bytes: UnsafeRawBufferPointer, in path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Disk.failure("make", path, errno) }
        defer { close(descriptor) }
        let failure = writeAll(bytes, to: descriptor)
        guard failure == 0 else { throw Disk.failure("write to", path, failure) }
        guard fsync(descriptor) == 0 else { throw Disk.failure("store", path, errno) }
        try Disk.sync(directory: Disk.parent(of: path))
    }

    /// Writes every byte; an `errno` value, or 0.
    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : ENOSPC }
            written += count
        }
        return 0
    }
}
