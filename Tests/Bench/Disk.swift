import Foundation
import Glibc

/// What the disk below a folder can do, measured now: the physical limit beside Weir's own figures.
struct Disk {
    let folder: String

    /// Bytes a second, written one after the other in blocks of 4 MiB with an `fdatasync` each.
    func sequentialBytesPerSecond(total: Int = 256 << 20) throws -> Double {
        let block = [UInt8](repeating: 0x2a, count: 4 << 20)
        return try withFile { descriptor in
            let seconds = try timed {
                for _ in 0..<(total / block.count) { try write(block, descriptor) }
            }
            return Double(total) / seconds
        }
    }

    /// Durable appends of 512 bytes a second, one after the other: what any store that commits serially can reach.
    func serialCommitsPerSecond(count: Int = 500) throws -> Double {
        let record = [UInt8](repeating: 0x2a, count: 512)
        return try withFile { descriptor in
            let seconds = try timed {
                for _ in 0..<count { try write(record, descriptor) }
            }
            return Double(count) / seconds
        }
    }

    private func write(_ bytes: [UInt8], _ descriptor: Int32) throws {
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fdatasync(descriptor) == 0 else {
            throw BenchFailure("can't write in \(folder): \(String(cString: strerror(errno)))")
        }
    }

    private func withFile<Result>(_ body: (Int32) throws -> Result) throws -> Result {
        let path = folder + "/disk-reference"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BenchFailure("can't make \(path): \(String(cString: strerror(errno)))") }
        defer {
            close(descriptor)
            unlink(path)
        }
        return try body(descriptor)
    }
}

/// Seconds that the body takes.
func timed(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return (clock.now - start).seconds
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
