import CPlatform
import Foundation

/// Who has a project's lock, as `.weir/lock` tells it to others. The text is only information: the lock itself is
/// the kernel's, and ends with its process.
package struct LockHolder: Sendable, Hashable, Codable {
    package var process: Int32
    /// In words: "an engine", "weir run".
    package var role: String
    /// Where it takes commands; nil while it starts, and for an engine that serves no socket.
    package var socket: String?

    package init(process: Int32, role: String, socket: String?) {
        self.process = process
        self.role = role
        self.socket = socket
    }
}

/// The exclusive lock on `.weir/lock` that makes an engine the only one of its project. Held until this value goes;
/// the kernel releases it with the process, however that ends, because no child inherits the descriptor.
package final class EngineLock: Sendable {
    private let descriptor: Int32

    /// Blocks for at most 0.1 s. Takes the lock or throws `EngineFailure`: `.held` with what the holder wrote, or `.unwritable`.
    package init(project: String, holder: LockHolder) throws {
        let path = project + "/.weir/lock"
        // `isHeld` of another process has the lock for some microseconds: a few tries tell it from an engine.
        var tries = 10
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw EngineFailure.unwritable(path: path, reason: systemReason()) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                tries -= 1
                if tries > 0 {
                    usleep(10_000)
                    continue
                }
                throw EngineFailure.held(project: project, by: LockHolder.read(project: project))
            }
            // A file that was deleted between open and flock is a lock that nobody else can see: take the new one.
            if EngineLock.isCurrent(descriptor, path) {
                self.descriptor = descriptor
                break
            }
            close(descriptor)
        }
        try write(holder)
    }

    deinit {
        ftruncate(descriptor, 0)
        close(descriptor)
    }

    /// Tells others who holds the lock and where it takes commands.
    package func write(_ holder: LockHolder) throws {
        let text = Array(try JSONEncoder().encode(holder)) + [UInt8(ascii: "\n")]
        let written = pwrite(descriptor, text, text.count, 0)
        guard written == text.count, ftruncate(descriptor, off_t(text.count)) == 0 else {
            throw EngineFailure.unwritable(path: ".weir/lock", reason: systemReason())
        }
    }

    /// Whether some process holds a project's lock now.
    package static func isHeld(project: String) -> Bool {
        let descriptor = open(project + "/.weir/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    private static func isCurrent(_ descriptor: Int32, _ path: String) -> Bool {
        var held = weir_file_status()
        var named = weir_file_status()
        return weir_fstat(descriptor, &held) == 0 && weir_stat(path, &named) == 0
            && held.device == named.device && held.inode == named.inode
    }
}

extension LockHolder {
    /// What the last holder of a project's lock wrote; it may have gone since. nil when there is none.
    package static func read(project: String) -> LockHolder? {
        guard let data = FileManager.default.contents(atPath: project + "/.weir/lock") else { return nil }
        return try? JSONDecoder().decode(LockHolder.self, from: data)
    }
}

/// The system's words for the last failed call.
func systemReason(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
