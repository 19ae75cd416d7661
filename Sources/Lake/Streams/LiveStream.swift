import DuckDB
import Foundation
import Store
import Synchronization

/// One stream at work: it takes records into its buffer and delivers them by size and interval.
final class LiveStream: Sendable {
    struct Settings: Sendable, Hashable {
        var definition: StreamDefinition
        var timeZone: String
    }

    private struct State {
        var settings: Settings
        var paused: Bool
        var ended = false
        var rates: RateWindow
        /// Failed attempts in a row, and when the last one ended.
        var failures = 0
        var failedAt = ContinuousClock.now
        /// What an operator should know: why the last delivery failed, or what recovery found.
        var problem: String?
    }

    /// Records of a larger batch become several frames, each durable by itself.
    static let frameBytes = 4 << 20

    let name: String
    let buffer: StreamBuffer
    private let services: DeliveryServices
    private let tail: Tail
    private let state: Mutex<State>
    /// Deliveries, redrives and changes of the definition, one at a time.
    private let turn = Turn()
    private let origin = ContinuousClock.now

    private init(
        _ settings: Settings, _ buffer: StreamBuffer, _ tail: TailRecord, paused: Bool, problem: String?,
        _ services: DeliveryServices
    ) {
        name = settings.definition.name
        self.buffer = buffer
        self.services = services
        self.tail = Tail(stream: name, store: services.store, buffer: buffer, record: tail)
        state = Mutex(State(settings: settings, paused: paused, rates: RateWindow(second: 0), problem: problem))
    }

    /// Recovers the stream's buffer in a folder. Throws `LakeError` or `StoreError`.
    static func recover(_ settings: Settings, folder: String, _ services: DeliveryServices) async throws -> LiveStream {
        let name = settings.definition.name
        var (record, rejects, tail) = try await services.store.read { reading in
            let rejects = try reading.rows("SELECT path FROM rejects WHERE stream = ?", [.text(name)])
            return (try reading.streamRecord(name), Set(rejects.map { $0.text("path") }), try reading.tailRecord(name))
        }
        let recovered = try await services.files.run { [record, rejects] in
            try services.rejects.sweep(stream: name, keeping: rejects)
            return try RecoveredBuffer(folder: folder, deliveredThrough: record.deliveredSequence)
        }
        // The store knows what was delivered, the buffer what was taken since.
        tail.positions.merge(recovered.index.positions) { _, later in later }
        var counts = record.counts
        // A crash may have come between a reject's return to the buffer and its mark.
        let redriven = try await services.store.write {
            try $0.markRedriven(recovered.index.redrivenRejects, stream: name, at: LiveStream.wallClock())
        }
        counts.rejected -= Int64(redriven)
        let problem = recovered.quarantined.first.map { file in
            "the buffer was damaged in \(recovered.quarantined.count) places: see \(file)"
        }
        return LiveStream(
            settings, StreamBuffer(stream: name, recovered: recovered, counts: counts), tail, paused: record.paused,
            problem: problem, services)
    }

    var settings: Settings { state.withLock { $0.settings } }

    private static func wallClock() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
    private var second: Int { Int((ContinuousClock.now - origin).components.seconds) }

    /// Throws `StreamRefusal`.
    func take(_ lines: [UInt8]) async throws -> TakenRecords {
        var taken = TakenRecords(records: 0, sequence: 0)
        var rest = lines[...]
        while !rest.isEmpty {
            let cut = rest.withUnsafeBytes { RecordLines.cut($0, near: Self.frameBytes) }
            let part = cut == lines.count ? lines : Array(rest.prefix(cut))
            rest = rest.dropFirst(cut)
            let records = part.withUnsafeBytes { RecordLines.count($0) }
            if records == 0 { continue }
            taken.sequence = try await buffer.append(part, records: records, arrival: Self.wallClock())
            taken.records += records
            state.withLock { $0.rates.add(records: records, bytes: part.count, second: second) }
        }
        return taken
    }

    /// Delivers by size and interval, and reads the files that it tails, until it is cancelled or `end` is called.
    func run(tailing: Bool) async {
        await withDiscardingTaskGroup { group in
            if tailing { group.addTask { await self.readFiles() } }
            await deliverByPolicy()
            group.cancelAll()
        }
    }

    /// Not more than some deliveries ahead: the files themselves are where the rest is safe.
    private func readFiles() async {
        await tail.run {
            let definition = self.settings.definition
            return (definition.tail, max(Int(definition.bufferSize) * 4, 64 << 20))
        } took: { records, bytes in
            self.state.withLock { $0.rates.add(records: records, bytes: bytes, second: self.second) }
        }
    }

    private func deliverByPolicy() async {
        while !Task.isCancelled, !state.withLock({ $0.ended }) {
            switch decide() {
            case .deliver:
                // The failure is in the status, and the next attempt has its time.
                _ = try? await turn.take { try await deliver() }
            case .wait(let time): await buffer.arrivals.wait(atMost: time)
            }
        }
    }

    /// Takes nothing more, delivers what was taken, and ends `run`. When the delivery fails everything goes on.
    func end() async throws {
        await buffer.close()
        do {
            try await flush()
        } catch {
            buffer.reopen()
            throw error
        }
        state.withLock { $0.ended = true }
        buffer.arrivals.ring()
    }

    private func decide() -> DeliveryPolicy.Decision {
        let standing = buffer.standing()
        return state.withLock { state in
            let definition = state.settings.definition
            let policy = DeliveryPolicy(size: definition.bufferSize, interval: definition.bufferInterval)
            let failure =
                state.failures == 0
                ? nil : DeliveryPolicy.Failure(count: state.failures, ago: .now - state.failedAt)
            return policy.decide(
                bytes: standing.bytes, waited: standing.waited, failure: failure, paused: state.paused)
        }
    }

    /// Delivers everything that is in the buffer now. A paused stream too: whoever asks for it wants it.
    func flush() async throws { try await turn.take { try await deliverAll() } }

    /// Delivers what is in the buffer now. What comes meanwhile is not waited for: there may be no end of it.
    private func deliverAll() async throws {
        guard let last = buffer.standing().lastSequence else { return }
        while let first = buffer.standing().firstSequence, first <= last { try await deliver() }
    }

    /// Delivers one batch. Only in its turn.
    private func deliver() async throws {
        let settings = settings
        guard let batch = buffer.batch(limit: Int(settings.definition.bufferSize)) else { return }
        let delivery = Delivery(
            services: services, stream: settings.definition, timeZone: settings.timeZone, batch: batch)
        let counts: DeliveryCounts
        do {
            counts = try await delivery.perform(now: Self.wallClock)
        } catch {
            if !Task.isCancelled { failed("\(error)") }
            throw error
        }
        await buffer.settle(batch, counts)
        state.withLock { state in
            state.failures = 0
            state.problem = nil
        }
        do {
            try await services.tree.project()
        } catch {
            // The records are in the lake; only other programs don't see them yet. The next delivery tries again.
            state.withLock { $0.problem = "\(error)" }
        }
    }

    private func failed(_ message: String) {
        state.withLock { state in
            state.failures += 1
            state.failedAt = .now
            state.problem = message
        }
    }

    /// Paused, records are taken and kept, and not delivered. It outlasts a restart.
    func setPaused(_ paused: Bool) async throws {
        try await services.store.write { [name] in try $0.setPaused(paused, stream: name) }
        state.withLock { $0.paused = paused }
        buffer.arrivals.ring()
    }

    /// Puts rejects back into the buffer, each as one frame that names it, and then marks it in the store. A crash in
    /// between is completed by the next start: a frame that names a reject marks it. So each record is either
    /// rejected or on its way, and never both.
    func redrive(_ reject: Int64?) async throws -> Int {
        try await turn.take {
            let rows = try await services.store.read { [name] reading in
                try reading.rows(
                    """
                    SELECT id, path, records FROM rejects
                    WHERE stream = ?1 AND redriven_at IS NULL AND (?2 IS NULL OR id = ?2) ORDER BY id
                    """, [.text(name), Value(reject)])
            }
            if let reject, rows.isEmpty { throw StreamRefusal.noReject(stream: name, reject) }
            var total = 0
            for row in rows {
                let (id, path, records) = (Int64(row.integer("id")), row.text("path"), row.integer("records"))
                let lines = try await services.files.run { [rejects = services.rejects] in try rejects.lines(path) }
                guard lines.withUnsafeBytes({ RecordLines.count($0) }) == records else {
                    throw LakeError.io(path: path, action: "put back", reason: "it no longer has \(records) lines")
                }
                _ = try await buffer.append(lines, records: records, arrival: Self.wallClock(), reject: id)
                let marked = try await services.store.write { [name] in
                    try $0.markRedriven([id], stream: name, at: LiveStream.wallClock())
                }
                buffer.redrove(marked)
                total += marked
            }
            return total
        }
    }

    /// Takes up a changed definition. What is buffered now is delivered by the old one first.
    func change(to settings: Settings) async throws {
        try await turn.take {
            try await deliverAll()
            state.withLock { $0.settings = settings }
        }
        buffer.arrivals.ring()
        tail.wake()
    }

    func status() -> StreamStatus {
        let standing = buffer.standing()
        let now = Self.wallClock()
        let second = second
        let tail = settings.definition.tail == nil ? nil : tail.status
        return state.withLock { state in
            let rates = state.rates.perSecond(second: second)
            return StreamStatus(
                name: name, received: standing.counts.received, delivered: standing.counts.delivered,
                rejected: standing.counts.rejected, duplicates: standing.counts.duplicates,
                buffered: standing.counts.buffered, bufferedBytes: Int64(standing.bytes),
                recordsPerSecond: rates.records, bytesPerSecond: rates.bytes,
                lagSeconds: standing.oldestArrival.map { max(0, Double(now - $0) / 1000) } ?? 0,
                history: state.rates.history(second: second), paused: state.paused,
                problem: state.problem ?? standing.problem ?? tail?.problem, tail: tail)
        }
    }
}
