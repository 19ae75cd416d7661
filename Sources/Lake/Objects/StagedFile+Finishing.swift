import Foundation

extension StagedFile {
    /// Describes a Parquet file that was just written, after checking its footer and making it durable: its rows and
    /// columns are what the file itself says. Blocks. Throws `LakeError`.
    package static func finishing(_ path: String, minTime: Int64? = nil, maxTime: Int64? = nil) throws -> StagedFile {
        try Disk.withDescriptor(path, O_RDONLY) { descriptor in
            let footer = try ParquetFooter.read(descriptor, path: path)
            guard fdatasync(descriptor) == 0 else { throw Disk.failure("sync", path, errno) }
            return StagedFile(
                path: path, rows: footer.rows, bytes: footer.size, minTime: minTime, maxTime: maxTime,
                columns: footer.columns, content: try SHA256.hex(ofFile: descriptor, path: path))
        }
    }
}
