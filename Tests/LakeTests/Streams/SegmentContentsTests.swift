import Testing

@testable import Lake

/// Recovery as a function of a segment's bytes, tried at every byte.
@Suite struct SegmentContentsTests {
    static let frames: [(payload: [UInt8], frame: Frame)] = (0..<5).map { number in
        let payload = Array("{\"record\":\(number)}\n{\"of\":\"batch\"}\n".utf8)
        return (
            payload,
            Frame(length: payload.count, records: 2, sequence: Int64(7 + number), arrival: 1000, reject: 0)
        )
    }
    static let written: [UInt8] = frames.reduce(into: []) { $1.frame.write($1.payload, to: &$0) }
    /// Space that was allocated and not yet written.
    static let segment = written + [UInt8](repeating: 0, count: 9000)
    /// Where each frame ends.
    static let ends: [Int] = frames.reduce(into: []) { $0.append(($0.last ?? 0) + $1.frame.size) }

    private func read(_ bytes: [UInt8], first: Int64 = 7) -> SegmentContents {
        bytes.withUnsafeBytes { SegmentContents($0, firstSequence: first) }
    }

    @Test func `a segment reads as what was written, and its empty space as nothing`() {
        let contents = read(Self.segment)
        #expect(contents.frames.map(\.frame) == Self.frames.map(\.frame))
        #expect(contents.damaged.isEmpty)
        #expect(contents.end == Self.written.count)
    }

    /// A segment that is still written loses its empty space when it is full, while a worker has it mapped.
    @Test func `nothing after the last frame that is wanted is looked at`() {
        for (number, entry) in Self.frames.enumerated() {
            let bytes = Array(Self.segment[..<Self.ends[number]]) + Array("damage, if it were read".utf8)
            let contents = bytes.withUnsafeBytes {
                SegmentContents($0, firstSequence: 7, through: entry.frame.sequence)
            }
            #expect(contents.frames.map(\.frame) == Self.frames[...number].map(\.frame))
            #expect(contents.damaged.isEmpty)
        }
    }

    @Test func `a write cut short at any byte loses that frame alone, and is no damage`() {
        for cut in 0...Self.written.count {
            let whole = Self.ends.filter { $0 <= cut }.count
            for bytes in [
                Array(Self.segment[..<cut]), Array(Self.segment[..<cut]) + [UInt8](repeating: 0, count: 5000),
            ] {
                let contents = read(bytes)
                #expect(contents.frames.map(\.frame) == Self.frames.prefix(whole).map(\.frame), "cut at \(cut)")
                #expect(contents.damaged.isEmpty, "cut at \(cut)")
                #expect(contents.end == (whole == 0 ? 0 : Self.ends[whole - 1]))
            }
        }
    }

    @Test func `a flipped bit at any place costs its own frame, which is put aside, and no other`() {
        for position in 0..<(Self.written.count * 8) {
            var bytes = Self.segment
            bytes[position / 8] ^= 1 << (position % 8)
            let hit = Self.ends.firstIndex { position / 8 < $0 } ?? 0
            let contents = read(bytes)
            var expected = Self.frames.map(\.frame)
            expected.remove(at: hit)
            #expect(contents.frames.map(\.frame) == expected, "bit \(position)")
            #expect(contents.damaged.count == 1, "bit \(position)")
            #expect(contents.damaged.allSatisfy { $0.contains(position / 8) }, "bit \(position)")
        }
    }

    @Test func `a page of zeros in the middle is damage, and what follows it is read`() {
        var bytes = Self.segment
        for index in Self.ends[0]..<Self.ends[2] { bytes[index] = 0 }
        let contents = read(bytes)
        #expect(contents.frames.map(\.frame.sequence) == [7, 10, 11])
        #expect(contents.damaged == [Self.ends[0]..<Self.ends[2]])
    }

    @Test func `a frame that a client wrote into a record is not taken for one of ours after damage`() {
        var forged: [UInt8] = []
        let theirs = Array("{\"forged\":true}\n".utf8)
        Frame(length: theirs.count, records: 1, sequence: .max - 1, arrival: 0, reject: 0).write(theirs, to: &forged)
        var bytes: [UInt8] = []
        Frame(length: forged.count, records: 1, sequence: 7, arrival: 0, reject: 0).write(forged, to: &bytes)
        let second = Array("{}\n".utf8)
        Frame(length: second.count, records: 1, sequence: 8, arrival: 0, reject: 0).write(second, to: &bytes)
        bytes[20] ^= 1
        let contents = read(bytes)
        #expect(contents.frames.map(\.frame.sequence) == [8])
        #expect(contents.damaged.count == 1)
    }

    @Test func `a segment under another's name is damage, not records`() {
        let contents = read(Self.segment, first: 1)
        #expect(contents.frames.isEmpty)
        #expect(contents.damaged == [0..<Self.written.count])
    }

    @Test func `no bytes at all are an empty segment`() {
        #expect(read([]).frames.isEmpty)
        #expect(read([UInt8](repeating: 0, count: 100_000)).damaged.isEmpty)
        #expect(read(Array("not a segment, but a long enough text to have been a header".utf8)).damaged.count == 1)
    }
}
