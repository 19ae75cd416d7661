import CPlatform

/// The header of a frame, the unit in which records become durable: one batch of lines, as it came in, and where
/// tailed files stand after it.
///
/// 48 bytes, little-endian: magic, CRC-32C of the header's rest, CRC-32C of the payload, the length of the
/// lines, the number of records, the length of the positions, sequence, arrival, reject. The payload follows: lines,
/// then positions. The header has a checksum of its own so that a write that was cut short (a sound header, too little
/// payload) can be told from damage.
struct Frame: Hashable, Sendable {
    static let headerSize = 48
    private static let magic: UInt32 = 0x3152_4657  // "WFR1"
    static let firstByte = UInt8(ascii: "W")

    /// Bytes of lines after the header.
    var length: Int
    var records: Int
    /// Rises by one from frame to frame of a stream, except after a failed write; never used again.
    var sequence: Int64
    /// Milliseconds since 1970.
    var arrival: Int64
    /// The reject whose lines these are, when they were put back; 0 otherwise.
    var reject: Int64
    /// Bytes of `TailPosition`s after the lines: what they hold and how far their files were read is durable at once.
    var positions = 0

    var size: Int { Frame.headerSize + length + positions }

    /// Appends the frame to `out`. `payload` has `length` bytes, `places` has `positions`.
    func write(_ payload: [UInt8], _ places: [UInt8] = [], to out: inout [UInt8]) {
        let start = out.count
        out.append(contentsOf: repeatElement(0, count: Frame.headerSize))
        out.append(contentsOf: payload)
        out.append(contentsOf: places)
        out.withUnsafeMutableBytes { bytes in
            let header = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            let checksum =
                header.baseAddress.map { weir_crc32c(0, $0 + Frame.headerSize, size - Frame.headerSize) } ?? 0
            header.put(Frame.magic, at: 0)
            header.put(checksum, at: 8)
            header.put(UInt32(truncatingIfNeeded: length), at: 12)
            header.put(UInt32(truncatingIfNeeded: records), at: 16)
            header.put(UInt32(truncatingIfNeeded: positions), at: 20)
            header.put(sequence, at: 24)
            header.put(arrival, at: 32)
            header.put(reject, at: 40)
            header.put(Frame.headerChecksum(UnsafeRawBufferPointer(header)), at: 4)
        }
    }

    /// What stands at an offset of a segment.
    enum Reading: Equatable {
        case frame(Frame)
        /// A sound header whose payload goes on beyond the bytes, or is not what was written.
        case header(Frame)
        case none
    }

    static func read(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Reading {
        guard offset + headerSize <= bytes.count else { return .none }
        let header = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + headerSize)])
        guard header.take(UInt32.self, at: 0) == magic, header.take(UInt32.self, at: 4) == headerChecksum(header)
        else { return .none }
        let frame = Frame(
            length: Int(header.take(UInt32.self, at: 12)), records: Int(header.take(UInt32.self, at: 16)),
            sequence: header.take(Int64.self, at: 24), arrival: header.take(Int64.self, at: 32),
            reject: header.take(Int64.self, at: 40), positions: Int(header.take(UInt32.self, at: 20)))
        guard let start = bytes.baseAddress, offset + frame.size <= bytes.count,
            weir_crc32c(0, start + offset + headerSize, frame.size - headerSize) == header.take(UInt32.self, at: 8)
        else { return .header(frame) }
        return .frame(frame)
    }

    private static func headerChecksum(_ header: UnsafeRawBufferPointer) -> UInt32 {
        header.baseAddress.map { weir_crc32c(0, $0 + 8, headerSize - 8) } ?? 0
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func take<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type, at offset: Int) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
