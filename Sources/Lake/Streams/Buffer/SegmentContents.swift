import Glibc

/// What a segment's bytes hold: a pure function of them, whatever happened to the file.
struct SegmentContents: Equatable {
    struct Placed: Equatable {
        var offset: Int
        var frame: Frame
    }
    /// Frames whose checksums hold, in order.
    var frames: [Placed] = []
    /// Bytes that were something and are no frame now, to be put aside by name.
    var damaged: [Range<Int>] = []
    /// Where the last frame ends; a write cut short after it was never acked and is dropped.
    var end = 0

    /// Reads a segment whose name promises `firstSequence`, and nothing after the frame `last`: what comes then in a
    /// segment that is still written may go while it is looked at.
    ///
    /// After damage it goes on at the next frame that is sound. Lines are a client's bytes and may hold what looks
    /// like a frame, so a frame must also have a sequence that the damaged bytes have room for.
    init(_ bytes: UnsafeRawBufferPointer, firstSequence: Int64, through last: Int64 = .max) {
        var expected = firstSequence
        var offset = 0
        while offset < bytes.count, expected <= last {
            if case .frame(let frame) = Frame.read(bytes, at: offset), frame.sequence == expected {
                frames.append(Placed(offset: offset, frame: frame))
                offset += frame.size
                end = offset
                expected = frame.sequence + 1
            } else if let next = Self.nextFrame(bytes, after: offset, expected: expected) {
                damaged.append(offset..<next.offset)
                offset = next.offset
                expected = next.frame.sequence
            } else {
                readTail(bytes, from: offset)
                return
            }
        }
    }

    private static func nextFrame(_ bytes: UnsafeRawBufferPointer, after offset: Int, expected: Int64) -> Placed? {
        guard let base = bytes.baseAddress else { return nil }
        var at = offset + 1
        while at < bytes.count,
            let found = memchr(base + at, Int32(Frame.firstByte), bytes.count - at)
        {
            at = UnsafeRawPointer(found) - base
            let room = Int64((at - offset) / Frame.headerSize)
            if case .frame(let frame) = Frame.read(bytes, at: at),
                frame.sequence >= expected, frame.sequence - expected <= max(1, room)
            {
                return Placed(offset: at, frame: frame)
            }
            at += 1
        }
        return nil
    }

    /// Bytes after the last sound frame: zeros that were never written, a write that was cut short, or damage.
    private mutating func readTail(_ bytes: UnsafeRawBufferPointer, from offset: Int) {
        let written = Self.lastWritten(bytes, from: offset)
        let cutShort =
            switch Frame.read(bytes, at: offset) {
            case .header(let frame): offset + frame.size > written
            case .none: written - offset < Frame.headerSize
            case .frame: false
            }
        if !cutShort { damaged.append(offset..<written) }
    }

    /// Where the zeros of space that was never written begin. By pages, since there may be 64 MiB of them.
    private static func lastWritten(_ bytes: UnsafeRawBufferPointer, from offset: Int) -> Int {
        guard let base = bytes.baseAddress else { return offset }
        let zeros = [UInt8](repeating: 0, count: 4096)
        var end = bytes.count
        while end - offset >= zeros.count, memcmp(base + end - zeros.count, zeros, zeros.count) == 0 {
            end -= zeros.count
        }
        while end > offset, bytes[end - 1] == 0 { end -= 1 }
        return end
    }
}
