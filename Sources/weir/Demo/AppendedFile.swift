import Glibc

/// A file that grows at its end; made if absent. One owner.
final class AppendedFile {
    private let path: String
    let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw DemoError.file(path, "open", errno) }
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws {
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw DemoError.file(path, "write", errno) }
    }
}
