/// What a buffer holds, in memory: which records wait in which segment. A value; the files are others' work.
struct BufferIndex: Sendable {
    /// Neighbouring frames of one segment.
    struct Stretch: Hashable, Sendable {
        var first: Int64
        var last: Int64
        var records: Int
        var bytes: Int
        /// Of its oldest record, in milliseconds since 1970.
        var arrival: Int64
        var segment: String
        /// Where tailed files stand after it, by source.
        var positions: [Int64: TailPosition] = [:]
    }

    /// Records on their way into the lake.
    struct Batch: Hashable, Sendable {
        var first: Int64
        var last: Int64
        var records: Int
        var bytes: Int
        /// Paths, in order.
        var segments: [String]
        /// Rejects whose records are among these.
        var redriven: Set<Int64>
        /// Where tailed files stand after these records, by source.
        var positions: [Int64: TailPosition] = [:]
    }

    /// Frames are joined into stretches of about this size, so that memory follows the bytes that wait, not the
    /// number of requests that they came in.
    static let stretchBytes = 1 << 20

    private struct Segment: Sendable {
        var path: String
        var last: Int64 = 0
        var sealed = false
    }

    private var stretches: [Stretch] = []
    /// Oldest first; only the last may still grow.
    private var segments: [Segment] = []
    private var redriven: [(sequence: Int64, reject: Int64)] = []
    private var claimed: Int64 = 0

    var isEmpty: Bool { stretches.isEmpty }
    private(set) var records = 0
    private(set) var bytes = 0
    var oldestArrival: Int64? { stretches.first?.arrival }
    var firstSequence: Int64? { stretches.first?.first }
    var lastSequence: Int64? { stretches.last?.last }
    /// Rejects whose records are in here.
    var redrivenRejects: Set<Int64> { Set(redriven.map(\.reject)) }
    /// Where tailed files stand after everything in here, by source.
    var positions: [Int64: TailPosition] {
        stretches.reduce(into: [:]) { $0.merge($1.positions) { _, later in later } }
    }

    var newestSegment: String? { segments.last?.path }

    /// Goes on in a new segment; the one before will not grow any more.
    mutating func begin(segment: String) {
        seal()
        segments.append(Segment(path: segment))
    }

    mutating func seal() {
        if let last = segments.indices.last { segments[last].sealed = true }
    }

    /// Adds a durable frame of the newest segment, which holds these positions.
    mutating func append(_ frame: Frame, _ positions: [TailPosition] = []) {
        guard let segment = segments.indices.last else { preconditionFailure("a frame without a segment") }
        segments[segment].last = frame.sequence
        records += frame.records
        bytes += frame.length
        if frame.reject != 0 { redriven.append((frame.sequence, frame.reject)) }
        if let last = stretches.indices.last, joins(stretches[last], frame, segments[segment].path) {
            stretches[last].last = frame.sequence
            stretches[last].records += frame.records
            stretches[last].bytes += frame.length
        } else {
            stretches.append(
                Stretch(
                    first: frame.sequence, last: frame.sequence, records: frame.records, bytes: frame.length,
                    arrival: frame.arrival, segment: segments[segment].path))
        }
        for position in positions { stretches[stretches.count - 1].positions[position.source] = position }
    }

    private func joins(_ stretch: Stretch, _ frame: Frame, _ segment: String) -> Bool {
        stretch.segment == segment && stretch.last + 1 == frame.sequence && stretch.last > claimed
            && stretch.bytes + frame.length <= Self.stretchBytes
    }

    /// The oldest records, about `limit` bytes of them and at least one frame; nil when none wait. They stay until
    /// `settle`, and asking again gives them again. A batch ends at a gap in the sequence: what lies there, if
    /// anything, was never acked.
    mutating func batch(limit: Int) -> Batch? {
        guard let first = stretches.first else { return nil }
        var batch = Batch(
            first: first.first, last: first.last, records: first.records, bytes: first.bytes,
            segments: [first.segment], redriven: [], positions: first.positions)
        for stretch in stretches.dropFirst() {
            guard stretch.first == batch.last + 1, batch.bytes + stretch.bytes <= limit else { break }
            batch.last = stretch.last
            batch.records += stretch.records
            batch.bytes += stretch.bytes
            batch.positions.merge(stretch.positions) { _, later in later }
            if batch.segments.last != stretch.segment { batch.segments.append(stretch.segment) }
        }
        claimed = batch.last
        batch.redriven = Set(redriven.lazy.filter { $0.sequence <= batch.last }.map(\.reject))
        return batch
    }

    /// Forgets everything up to a sequence that a batch ended with. Returns the segments that hold nothing more and
    /// will not grow: their files can go.
    mutating func settle(through sequence: Int64) -> [String] {
        let gone = stretches.prefix { $0.last <= sequence }
        for stretch in gone {
            records -= stretch.records
            bytes -= stretch.bytes
        }
        stretches.removeFirst(gone.count)
        redriven.removeAll { $0.sequence <= sequence }
        let finished = segments.prefix { $0.sealed && $0.last <= sequence }.map(\.path)
        segments.removeFirst(finished.count)
        return finished
    }
}
