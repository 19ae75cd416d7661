import CPlatform
import Glibc

/// A segment that is being written. Its space is allocated when it is made, so a full disk shows before an ack.
/// After any failure it must be abandoned: the next `fdatasync` may report success while the data is gone.
final class SegmentFile {
    let path: String
    private let capacity: Int
    private let descriptor: Int32
    /// Bytes that are durable.
    private var length = 0

    /// Makes the file, all of its space, and its name durable. Leaves nothing behind when it throws.
    init(creating path: String, capacity: Int) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Disk.failure("make", path, errno) }
        self.path = path
        self.capacity = capacity
        do throws {
            let code = weir_allocate(descriptor, 0, Int64(capacity))
            guard code == 0 else { throw Disk.failure("allocate space for", path, code) }
            guard fsync(descriptor) == 0 else { throw Disk.failure("store", path, errno) }
            try Disk.sync(directory: Disk.parent(of: path))
        } catch {
            unlink(path)
            throw error
        }
    }

    deinit { close(descriptor) }

    func hasRoom(for bytes: Int) -> Bool { length + bytes <= capacity }

    /// Writes the bytes and returns when they are durable.
    func append(_ bytes: [UInt8]) throws {
        let failure = bytes.withUnsafeBytes { bytes in
            let failure = DurableFile.writeAll(bytes, to: descriptor)
            return failure != 0 || fdatasync(descriptor) == 0 ? failure : errno
        }
        guard failure == 0 else { throw Disk.failure("write to", path, failure) }
        length += bytes.count
    }

    /// Gives the space after the last durable byte back, or the whole file when there is none. What a failed write
    /// left there is not to be read, so a failure of this changes nothing.
    func seal() {
        if length == 0 { unlink(path) } else { _ = ftruncate(descriptor, length) }
    }
}
