import CPlatform

/// A stretch of a file in few bytes: its length and CRC-32C. Two of them, of a file's first bytes and of those before an
/// offset, tell whether a file is the one that was read up to there, whatever name and inode it has now.
struct Fingerprint: Hashable, Sendable {
    var length: Int
    var checksum: UInt32

    /// Of nothing: every file begins with it.
    static let empty = Fingerprint(length: 0, checksum: 0)

    init(length: Int, checksum: UInt32) {
        self.length = length
        self.checksum = checksum
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        length = bytes.count
        checksum = bytes.baseAddress.map { weir_crc32c(0, $0, bytes.count) } ?? 0
    }
}
