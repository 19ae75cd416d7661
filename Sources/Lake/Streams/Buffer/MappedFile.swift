import CPlatform
import Glibc

/// A file's bytes, mapped for reading until this goes. The file must not shrink below what is read of it.
final class MappedFile {
    /// Good for as long as whoever looks at them holds this; `withContents` does it for them.
    let contents: UnsafeRawBufferPointer

    init(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Disk.failure("open", path, errno) }
        defer { close(descriptor) }
        var status = weir_file_status()
        guard weir_fstat(descriptor, &status) == 0 else { throw Disk.failure("read", path, errno) }
        let size = Int(status.size)
        guard size > 0 else {
            contents = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw Disk.failure("map", path, errno)
        }
        madvise(base, size, MADV_SEQUENTIAL)
        contents = UnsafeRawBufferPointer(start: base, count: size)
    }

    func withContents<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(contents) }
    }

    deinit {
        if let base = contents.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), contents.count) }
    }
}
