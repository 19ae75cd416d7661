import Foundation
import Glibc

/// The few calls on folders that the buffer needs, with errors fit for a screen.
enum Folder {
    static func make(_ path: String) throws(LakeError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .io(path: path, action: "make the folder", reason: (error as NSError).localizedDescription)
        }
    }

    /// Makes the names in a folder durable.
    static func sync(_ path: String) throws(LakeError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("store", path, errno) }
    }

    /// Writes a file, or writes it anew, and makes it and its name durable.
    static func store(_ bytes: UnsafeRawBufferPointer, in path: String) throws(LakeError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("make", path, errno) }
        defer { close(descriptor) }
        let failure = writeAll(bytes, to: descriptor)
        guard failure == 0 else { throw .system("write to", path, failure) }
        guard fsync(descriptor) == 0 else { throw .system("store", path, errno) }
        try sync(parent(of: path))
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

    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    /// The names in a folder, sorted; none when it isn't there.
    static func names(in path: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
    }
}

extension LakeError {
    /// From an `errno` value.
    static func system(_ action: String, _ path: String, _ code: Int32) -> LakeError {
        code == ENOSPC || code == EDQUOT
            ? .diskFull(path: path) : .io(path: path, action: action, reason: String(cString: strerror(code)))
    }
}
