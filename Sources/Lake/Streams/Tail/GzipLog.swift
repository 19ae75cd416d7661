import CZlib
import Glibc

/// A log that rotation compressed: complete, one gzip member or several. Memory is bounded by what is read at once.
final class GzipLog: LogContent {
    let path: String
    private let descriptor: Int32
    private var inflater = z_stream()
    private var input = [UInt8](repeating: 0, count: 64 << 10)
    private var unused: Range<Int> = 0..<0
    /// Uncompressed bytes from `heldStart` on that may be asked for again.
    private var held: [UInt8] = []
    private var heldStart: Int64 = 0
    private var compressedRead: Int64 = 0
    private var hasEnded = false

    /// Throws `LakeError`.
    init(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Disk.failure("open", path, errno) }
        self.path = path
        // 15 bits of window, and 16 says that it must be gzip.
        let code = inflateInit2_(&inflater, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            close(descriptor)
            throw Disk.failure("decompress", path, ENOMEM)
        }
    }

    deinit {
        inflateEnd(&inflater)
        close(descriptor)
    }

    func rest(after offset: Int64) throws -> LogRest {
        if hasEnded { return .complete(max(0, heldStart + Int64(held.count) - offset)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Disk.failure("look at", path, errno) }
        return .complete(max(1, Int64(status.st_size) - compressedRead))
    }

    func read(at offset: Int64, into room: UnsafeMutableRawBufferPointer) throws -> Int {
        if offset < heldStart { try rewind() }
        try skip(to: offset)
        while held.count < room.count, !hasEnded { try inflateMore() }
        let count = min(held.count, room.count)
        held.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        return count
    }

    /// Drops what comes before an offset.
    private func skip(to offset: Int64) throws {
        while true {
            let passed = min(Int64(held.count), offset - heldStart)
            held.removeFirst(Int(passed))
            heldStart += passed
            if heldStart == offset || hasEnded { return }
            try inflateMore()
        }
    }

    private func rewind() throws {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw Disk.failure("read", path, errno) }
        inflateReset(&inflater)
        (unused, held, heldStart, compressedRead, hasEnded) = (0..<0, [], 0, 0, false)
    }

    private func inflateMore() throws {
        if unused.isEmpty { try readInput() }
        guard !unused.isEmpty else { throw damaged("it ends early") }
        var output = [UInt8](repeating: 0, count: 256 << 10)
        let (code, left, room) = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                inflater.next_in = input.baseAddress.map { $0 + unused.lowerBound }
                inflater.avail_in = UInt32(unused.count)
                inflater.next_out = output.baseAddress
                inflater.avail_out = UInt32(output.count)
                let code = inflate(&inflater, Z_NO_FLUSH)
                return (code, Int(inflater.avail_in), Int(inflater.avail_out))
            }
        }
        unused = (unused.upperBound - left)..<unused.upperBound
        held.append(contentsOf: output[..<(output.count - room)])
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: try endMember()
        default: throw damaged(inflater.msg.map { String(cString: $0) } ?? "code \(code)")
        }
    }

    /// Another member may follow; anything else is padding.
    private func endMember() throws {
        if unused.isEmpty { try readInput() }
        if !unused.isEmpty, input[unused.lowerBound] == 0x1F {
            inflateReset(&inflater)
        } else {
            hasEnded = true
        }
    }

    private func readInput() throws {
        let count = Glibc.read(descriptor, &input, input.count)
        guard count >= 0 else { throw Disk.failure("read", path, errno) }
        unused = 0..<count
        compressedRead += Int64(count)
    }

    private func damaged(_ reason: String) -> LakeError {
        .io(path: path, action: "decompress", reason: "\(reason), after \(heldStart + Int64(held.count)) bytes")
    }
}
