import Glibc

/// `00000000000000000042.segment`: the sequence of its first frame, so that names sort as the records came.
struct SegmentName: Hashable {
    let first: Int64

    init(first: Int64) { self.first = first }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1] == "segment", parts[0].utf8.count == 20, let first = Int64(parts[0]), first > 0
        else { return nil }
        self.first = first
    }

    var text: String {
        let digits = String(first)
        return String(repeating: "0", count: 20 - digits.utf8.count) + digits + ".segment"
    }
}

/// A buffer as the last engine left it. Blocks; reads each segment whole.
struct RecoveredBuffer: Sendable {
    let folder: String
    private(set) var index = BufferIndex()
    private(set) var nextSequence: Int64
    /// Files that hold damaged bytes, as they were found now.
    private(set) var quarantined: [String] = []

    /// Reads the segments of a folder, which is made if it is absent. Bytes that are damaged are copied to a file
    /// named `damaged-…` beside them; what was cut short is dropped; a segment without anything that still waits
    /// is removed. Throws `LakeError`.
    init(folder: String, deliveredThrough delivered: Int64) throws {
        self.folder = folder
        nextSequence = delivered + 1
        try Disk.makeDirectories(folder)
        for name in try Disk.names(in: folder) {
            guard let segment = SegmentName(name) else { continue }
            try read(folder + "/" + name, first: segment.first, deliveredThrough: delivered)
        }
        index.seal()
    }

    private mutating func read(_ path: String, first: Int64, deliveredThrough delivered: Int64) throws {
        let (contents, positions) = try MappedFile(path).withContents { bytes in
            let contents = SegmentContents(bytes, firstSequence: first)
            for range in contents.damaged {
                try quarantine(UnsafeRawBufferPointer(rebasing: bytes[range]), of: path, at: range.lowerBound)
            }
            return (contents, Self.positions(contents, in: bytes))
        }
        let waiting = contents.frames.lazy.map(\.frame).filter { [nextSequence] in
            $0.sequence > delivered && $0.sequence >= nextSequence
        }
        guard !waiting.isEmpty else {
            unlink(path)
            return
        }
        index.begin(segment: path)
        for frame in waiting { index.append(frame, positions[frame.sequence] ?? []) }
        if let last = contents.frames.last { nextSequence = max(nextSequence, last.frame.sequence + 1) }
        truncate(path, contents.frames.last.map { $0.offset + $0.frame.size } ?? 0)
    }

    /// By sequence, of the frames that have some.
    private static func positions(
        _ contents: SegmentContents, in bytes: UnsafeRawBufferPointer
    ) -> [Int64: [TailPosition]] {
        var positions: [Int64: [TailPosition]] = [:]
        for placed in contents.frames where placed.frame.positions > 0 {
            let end = placed.offset + placed.frame.size
            positions[placed.frame.sequence] = TailPosition.list(
                UnsafeRawBufferPointer(rebasing: bytes[(end - placed.frame.positions)..<end]))
        }
        return positions
    }

    private mutating func quarantine(
        _ bytes: UnsafeRawBufferPointer, of path: String, at offset: Int
    ) throws {
        let segment = path.split(separator: "/").last.map(String.init) ?? path
        let copy = folder + "/damaged-\(segment)-at-\(offset)"
        try DurableFile.store(bytes, in: copy)
        quarantined.append(copy)
    }
}
