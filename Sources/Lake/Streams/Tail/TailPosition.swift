/// How far a tailed file has been read: kept in the frame that holds the lines before it, so that both are durable in
/// the same moment, and in the store once those lines are delivered.
struct TailPosition: Hashable, Sendable {
    /// How much of a file's beginning its fingerprint has, at most.
    static let beginningBytes = 1024
    /// How much before the offset.
    static let latestBytes = 256

    /// Numbers a stream's files; rises, and stays when the file is renamed or compressed.
    var source: Int64
    /// The name under which it was found, before any rotation.
    var path: String
    var identity: Disk.Status.Identity
    /// Bytes read, of the uncompressed file; it is the beginning of a line unless `isSkipping`.
    var offset: Int64
    /// The offset is within a line that has been taken care of: what comes up to its end is passed over.
    var isSkipping: Bool
    var beginning: Fingerprint
    var latest: Fingerprint
    /// When the file had last been written to, as it was seen before it was read: what holds these bytes is no older.
    var modified: Int64
    /// When it was read. Both in milliseconds since 1970.
    var at: Int64
}

extension TailPosition {
    /// What a frame holds: for each position eleven little-endian numbers and the path.
    static func bytes(_ positions: [TailPosition]) -> [UInt8] {
        var bytes: [UInt8] = []
        for position in positions {
            let path = Array(position.path.utf8)
            for number in position.numbers + [Int64(path.count)] {
                withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
            }
            bytes += path
        }
        return bytes
    }

    private var numbers: [Int64] {
        [
            source, Int64(bitPattern: identity.device), Int64(bitPattern: identity.inode), offset, isSkipping ? 1 : 0,
            Int64(beginning.length), Int64(beginning.checksum), Int64(latest.length), Int64(latest.checksum),
            modified, at,
        ]
    }

    private static let numberCount = 11

    /// What `bytes` made; up to the first that is not whole.
    static func list(_ bytes: UnsafeRawBufferPointer) -> [TailPosition] {
        var positions: [TailPosition] = []
        var at = 0
        let head = (numberCount + 1) * 8
        while at + head <= bytes.count {
            let numbers = (0...numberCount).map {
                Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + $0 * 8, as: Int64.self))
            }
            at += head
            guard let length = Int(exactly: numbers[numberCount]), length >= 0, length <= bytes.count - at else {
                break
            }
            let path = String(decoding: bytes[at..<(at + length)], as: UTF8.self)
            at += length
            positions.append(TailPosition(numbers, path: path))
        }
        return positions
    }

    private init(_ numbers: [Int64], path: String) {
        self.init(
            source: numbers[0], path: path,
            identity: .init(device: UInt64(bitPattern: numbers[1]), inode: UInt64(bitPattern: numbers[2])),
            offset: numbers[3], isSkipping: numbers[4] != 0,
            beginning: Fingerprint(length: Int(numbers[5]), checksum: UInt32(truncatingIfNeeded: numbers[6])),
            latest: Fingerprint(length: Int(numbers[7]), checksum: UInt32(truncatingIfNeeded: numbers[8])),
            modified: numbers[9], at: numbers[10])
    }
}
