import Dispatch
import Foundation
import Synchronization

/// The durable buffer of one stream: segments in a folder, written by one thread at a time.
///
/// Whoever appends waits; what came together is written together, made durable by one `fdatasync`, and only then is
/// everyone told. A batch leaves when its delivery has committed. The counts of the stream's invariant change in
/// the same moment as the buffer does.
final class StreamBuffer: Sendable {
    struct Limits: Sendable {
        var segmentBytes = 64 << 20
        /// What one write takes at most, but for a single larger frame.
        var gatherBytes = 4 << 20
        /// How long a write waits for as many appends as came together last time.
        var gatherTime = DispatchTimeInterval.milliseconds(2)
        /// Bytes that may wait to become durable; more are refused as busy.
        var waitingBytes = 32 << 20
    }

    private struct Append {
        var payload: [UInt8]
        var records: Int
        var arrival: Int64
        var reject: Int64
        var positions: [TailPosition]
        var places: [UInt8]
        var waiter: CheckedContinuation<Int64, any Error>
    }

    private struct State {
        var pending: [Append] = []
        var waitingBytes = 0
        var writing = false
        var closed = false
        var lastGroup = 1
        var nextSequence: Int64
        var index: BufferIndex
        var counts: StreamCounts
        /// Why the last write failed, until one succeeds.
        var problem: String?
        var oldestSince: ContinuousClock.Instant?
    }

    let stream: String
    let folder: String
    /// Rung whenever records became durable.
    let arrivals = Doorbell()
    /// Rung whenever records left.
    let departures = Doorbell()
    private let limits: Limits
    private let state: Mutex<State>
    /// Touched by the writing thread alone.
    private let segment = Mutex<SegmentFile?>(nil)
    private let queue: DispatchQueue
    private let company = DispatchSemaphore(value: 0)

    init(stream: String, recovered: RecoveredBuffer, counts: StreamCounts, limits: Limits = Limits()) {
        self.stream = stream
        folder = recovered.folder
        self.limits = limits
        var counts = counts
        counts.buffered = Int64(recovered.index.records)
        state = Mutex(
            State(
                nextSequence: recovered.nextSequence, index: recovered.index, counts: counts,
                // What an earlier engine left has waited longer than any interval: it is due now.
                oldestSince: recovered.index.isEmpty ? nil : .now - .seconds(900)))
        queue = DispatchQueue(label: "buffer.\(stream)")
    }

    /// Returns the frame's sequence when the lines are durable, and with them the positions that tailed files have after
    /// them. `reject` marks lines that are put back; those are not counted here, but by `redrove`. Throws
    /// `StreamRefusal`.
    func append(
        _ payload: [UInt8], records: Int, arrival: Int64, reject: Int64 = 0, positions: [TailPosition] = []
    ) async throws -> Int64 {
        try await withCheckedThrowingContinuation { waiter in
            let start: Start = state.withLock { state in
                if state.closed { return .refused(.noStream(stream, nearest: nil)) }
                guard state.waitingBytes == 0 || state.waitingBytes + payload.count <= limits.waitingBytes
                else { return .refused(.busy(stream: stream, seconds: 1)) }
                state.waitingBytes += payload.count
                state.pending.append(
                    Append(
                        payload: payload, records: records, arrival: arrival, reject: reject, positions: positions,
                        places: TailPosition.bytes(positions), waiter: waiter))
                defer { state.writing = true }
                return state.writing ? .joined : .first
            }
            switch start {
            case .refused(let refusal): waiter.resume(throwing: refusal)
            case .first: queue.async { self.writeAll() }
            case .joined: company.signal()
            }
        }
    }

    private enum Start {
        case refused(StreamRefusal)
        /// Nothing is being written.
        case first
        case joined
    }

    /// Takes nothing more; returns when everything that was taken is durable.
    func close() async {
        state.withLock { $0.closed = true }
        while state.withLock({ $0.writing }) {
            await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
        }
    }

    func reopen() { state.withLock { $0.closed = false } }

    /// The oldest records, about `limit` bytes; nil when none wait. They stay until `settle`.
    func batch(limit: Int) -> BufferIndex.Batch? { state.withLock { $0.index.batch(limit: limit) } }

    /// After the commit of a batch's delivery: its records are counted where they went, and segments that hold nothing
    /// more are removed.
    func settle(_ batch: BufferIndex.Batch, _ counts: DeliveryCounts) async {
        let finished = state.withLock { state in
            state.counts.redrove(counts.redriven)
            state.counts.settled(
                delivered: counts.delivered, rejected: counts.rejected, duplicates: counts.duplicates)
            let finished = state.index.settle(through: batch.last)
            state.oldestSince = state.index.isEmpty ? nil : .now
            return finished
        }
        departures.ring()
        guard !finished.isEmpty else { return }
        await withCheckedContinuation { continuation in
            queue.async {
                for path in finished { unlink(path) }
                continuation.resume()
            }
        }
    }

    /// Counts a reject's records as waiting again: they are in the buffer and the store has marked them.
    func redrove(_ records: Int) { state.withLock { $0.counts.redrove(records) } }

    struct Standing: Sendable {
        var counts: StreamCounts
        var bytes: Int
        var oldestArrival: Int64?
        /// How long the oldest record has waited in this process.
        var waited: Duration?
        var firstSequence: Int64?
        var lastSequence: Int64?
        var problem: String?
        var isEmpty: Bool { firstSequence == nil }
    }

    func standing(now: ContinuousClock.Instant = .now) -> Standing {
        state.withLock { state in
            Standing(
                counts: state.counts, bytes: state.index.bytes, oldestArrival: state.index.oldestArrival,
                waited: state.oldestSince.map { now - $0 }, firstSequence: state.index.firstSequence,
                lastSequence: state.index.lastSequence, problem: state.problem)
        }
    }

    private func writeAll() {
        while true {
            waitForCompany()
            let group: [Append] = state.withLock { state in
                var bytes = 0
                let group = state.pending.prefix { append in
                    defer { bytes += append.payload.count }
                    return bytes == 0 || bytes + append.payload.count <= limits.gatherBytes
                }
                state.pending.removeFirst(group.count)
                state.writing = !group.isEmpty
                if !group.isEmpty { state.lastGroup = group.count }
                return Array(group)
            }
            if group.isEmpty { return }
            write(group)
        }
    }

    /// Clients send their next request after an ack, a moment apart: written one by one they would wait for one
    /// another's `fdatasync`.
    private func waitForCompany() {
        let end = DispatchTime.now() + limits.gatherTime
        var alone = true
        while alone {
            alone = state.withLock {
                !$0.pending.isEmpty && $0.pending.count < $0.lastGroup && $0.waitingBytes < limits.gatherBytes
            }
            if alone, company.wait(timeout: end) == .timedOut { return }
        }
    }

    private func write(_ group: [Append]) {
        let first = state.withLock { state in
            defer { state.nextSequence += Int64(group.count) }
            return state.nextSequence
        }
        let frames = group.enumerated().map { offset, append in
            Frame(
                length: append.payload.count, records: append.records, sequence: first + Int64(offset),
                arrival: append.arrival, reject: append.reject, positions: append.places.count)
        }
        let path: String
        do throws {
            path = try store(zip(frames, group), size: frames.reduce(0) { $0 + $1.size }, first: first)
        } catch {
            fail(group, error)
            return
        }
        state.withLock { state in
            if state.index.isEmpty { state.oldestSince = .now }
            if state.index.newestSegment != path { state.index.begin(segment: path) }
            for (frame, append) in zip(frames, group) { state.index.append(frame, append.positions) }
            state.counts.took(frames.reduce(0) { $0 + ($1.reject == 0 ? $1.records : 0) })
            state.waitingBytes -= frames.reduce(0) { $0 + $1.length }
            state.problem = nil
        }
        for (frame, append) in zip(frames, group) { append.waiter.resume(returning: frame.sequence) }
        arrivals.ring()
    }

    /// Returns the path of the segment that they are in.
    private func store(_ frames: some Sequence<(Frame, Append)>, size: Int, first: Int64) throws -> String {
        try segment.withLock { segment throws in
            if let full = segment, !full.hasRoom(for: size) {
                full.seal()
                segment = nil
            }
            let file: SegmentFile
            if let current = segment { file = current } else { file = try begin(first: first, size: size) }
            // Until it is known to have succeeded, the file counts as abandoned.
            segment = nil
            var bytes: [UInt8] = []
            bytes.reserveCapacity(size)
            for (frame, append) in frames { frame.write(append.payload, append.places, to: &bytes) }
            do throws {
                try file.append(bytes)
            } catch {
                file.seal()
                throw error
            }
            segment = file
            return file.path
        }
    }

    private func begin(first: Int64, size: Int) throws -> SegmentFile {
        try SegmentFile(
            creating: folder + "/" + SegmentName(first: first).text, capacity: max(limits.segmentBytes, size))
    }

    private func fail(_ group: [Append], _ error: any Error) {
        state.withLock { state in
            state.waitingBytes -= group.reduce(0) { $0 + $1.payload.count }
            state.problem = "\(error)"
        }
        for append in group {
            append.waiter.resume(throwing: StreamRefusal.failed(stream: stream, "\(error)"))
        }
    }
}
