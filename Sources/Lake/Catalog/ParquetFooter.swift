internal import CPlatform
import Foundation

/// What the end of a Parquet file says of it, read without touching the data.
///
/// (Apache Parquet: `parquet.thrift` of parquet-format 2.11; the file ends with the metadata, its length in four
/// bytes, and `PAR1`.)
struct ParquetFooter: Sendable, Hashable {
    let rows: Int
    let rowGroups: Int
    /// The top-level columns, their types in DuckDB's words.
    let columns: [Column]
    /// The file's size in bytes.
    let size: Int64

    /// Reads and checks a file's footer. Throws `LakeError.notParquet` with what is wrong, or the system's reason.
    static func read(_ path: String) throws -> ParquetFooter {
        try Disk.withDescriptor(path, O_RDONLY) { try read($0, path: path) }
    }

    /// Metadata above this is taken for damage: 10,000 columns in 1,000 row groups stay well below.
    private static let largestMetadata: Int64 = 256 << 20

    static func read(_ descriptor: Int32, path: String) throws -> ParquetFooter {
        func damaged(_ finding: String) -> LakeError { .notParquet(path: path, finding: finding) }
        var status = weir_file_status()
        guard weir_fstat(descriptor, &status) == 0 else { throw Disk.failure("look at", path, errno) }
        let size = status.size
        guard size > 0 else { throw damaged("it is empty") }
        guard size >= 12 else { throw damaged("it has only \(size) bytes") }

        let magic = Array("PAR1".utf8)
        guard try bytes(descriptor, at: 0, count: 4, path) == magic else {
            throw damaged("it does not begin with PAR1")
        }
        // One read takes most footers whole.
        let guess = min(size, 64 << 10)
        var tail = try bytes(descriptor, at: size - guess, count: Int(guess), path)
        guard Array(tail.suffix(4)) == magic else { throw damaged("its end is missing: was its writing cut off?") }
        let length = tail.dropLast(4).suffix(4).reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard length > 0, length <= size - 12, length <= largestMetadata else {
            throw damaged("its metadata can't be \(length) bytes of \(size)")
        }
        if length + 8 > guess {
            tail = try bytes(descriptor, at: size - length - 8, count: Int(length) + 8, path)
        }
        do {
            let metadata = try ParquetMetadata(tail.dropLast(8).suffix(Int(length)))
            guard metadata.rowGroupRows == metadata.rows else {
                throw damaged("it promises \(metadata.rows) rows and holds \(metadata.rowGroupRows)")
            }
            guard metadata.dataEnd <= size - length - 8 else { throw damaged("part of its data is missing") }
            return ParquetFooter(
                rows: Int(metadata.rows), rowGroups: metadata.rowGroups, columns: metadata.columns, size: size)
        } catch is ThriftReader.Malformed {
            throw damaged("its metadata can't be read")
        }
    }

    private static func bytes(_ descriptor: Int32, at offset: Int64, count: Int, _ path: String) throws -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = result.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + done, count - done, off_t(offset) + done)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Disk.failure("read", path, errno) }
            guard got > 0 else {
                throw LakeError.notParquet(path: path, finding: "it became shorter while it was read")
            }
            done += got
        }
        return result
    }
}
