import Dispatch
import Foundation
import Store
import Synchronization

/// Reads the files that a stream tails, as they grow, into its buffer.
///
/// Lines and the positions after them become durable in one frame. When the buffer holds enough, or refuses, nothing is
/// read until there is room: the files keep what comes. It wakes when inotify tells of a change, and each second,
/// since not every filesystem tells.
final class Tail: Sendable {
    /// How long it sleeps when nothing is told.
    static let rest = Duration.seconds(1)
    /// After it was woken, or a turn gave little: what is written line by line is not made durable line by line, and
    /// whatever else happens in the folders costs little.
    static let gathering = Duration.milliseconds(100)

    private enum Step: Sendable {
        case store(TailedFiles.Changes)
        case append(TailTurn)
        case nothing
    }

    private let stream: String
    private let store: Store
    private let buffer: StreamBuffer
    private let bell = Doorbell()
    private let watch: FolderWatch
    private let queue: BlockingQueue
    /// Touched on the queue alone but for the start.
    private let files: Mutex<TailedFiles>
    private let shown = Mutex(TailStatus())
    /// Why positions or lines could not be stored; nil when they were.
    private let failure = Mutex<String?>(nil)
    /// An event tells that something can't be read, and none yet that everything can.
    private let isTold = Mutex(false)

    init(stream: String, store: Store, buffer: StreamBuffer, record: TailRecord) {
        self.stream = stream
        self.store = store
        self.buffer = buffer
        watch = FolderWatch(ringing: bell)
        queue = BlockingQueue("tail.\(stream)")
        files = Mutex(TailedFiles(record, now: .now))
    }

    var status: TailStatus {
        var status = shown.withLock { $0 }
        status.problem = failure.withLock { $0 } ?? status.problem
        return status
    }

    /// Takes up changed settings at once.
    func wake() { bell.ring() }

    /// Reads until it is cancelled. `settings` are asked for before each step; nil: there is nothing to tail. `took` is
    /// told of records that became durable.
    func run(
        settings: @escaping @Sendable () -> (tail: TailSettings?, room: Int),
        took: @escaping @Sendable (_ records: Int, _ bytes: Int) -> Void
    ) async {
        let listening = watch.start()
        defer { listening?.cancel() }
        while !Task.isCancelled {
            let (tail, room) = settings()
            guard let tail else {
                await bell.wait(atMost: nil)
                continue
            }
            guard buffer.standing().bytes < room else {
                await buffer.departures.wait(atMost: Self.rest)
                continue
            }
            switch await step(tail) {
            case .store(let changes): await keep(changes)
            case .append(let turn): await append(turn, took)
            case .nothing:
                await tell()
                await bell.wait(atMost: Self.rest)
                try? await Task.sleep(for: Self.gathering)
            }
        }
    }

    private func step(_ settings: TailSettings) async -> Step {
        let step = try? await queue.run { [self] in
            files.withLock { files -> Step in
                let moment = TailedFiles.Moment(instant: .now, wall: Int64(Date().timeIntervalSince1970 * 1000))
                let isDue = files.needsSurvey || files.surveyed != settings || files.pace.isDue(at: moment.instant)
                if isDue || files.pace.allowsChanges(at: moment.instant) && watch.takeNamesChanged() {
                    files.survey(settings, moment)
                    files.pace.looked(from: moment.instant, to: .now)
                    watch.watch(files.folders)
                    show(files)
                }
                if !files.changes.isEmpty { return .store(files.changes) }
                return files.turn(moment).map { .append($0) } ?? .nothing
            }
        }
        return step ?? .nothing
    }

    private func show(_ files: TailedFiles) {
        let status = files.status
        shown.withLock { $0 = status }
    }

    private func keep(_ changes: TailedFiles.Changes) async {
        do {
            try await store.write { [stream] writing in
                let now = Int64(Date().timeIntervalSince1970 * 1000)
                try writing.recordPatterns(changes.patterns, stream: stream, at: now)
                try writing.record(changes.positions, stream: stream)
                try writing.record(changes.finished, stream: stream, finished: true)
                try writing.forgetPositions(changes.forgotten, stream: stream)
            }
            failure.withLock { $0 = nil }
            try await queue.run { self.files.withLock { $0.changes = TailedFiles.Changes() } }
        } catch {
            await failed(error)
        }
    }

    /// Tells once that something can't be read, and once that everything can.
    private func tell() async {
        let problem = shown.withLock { $0.problem }
        guard isTold.withLock({ $0 != (problem != nil) }) else { return }
        do {
            let payload = try StoredJSON.text(["error": "Tail.Unreadable", "message": problem ?? ""])
            try await store.write { [stream] writing in
                _ = try writing.append(
                    kind: problem == nil ? "tail.recovered" : "tail.failed", subject: stream, interval: nil,
                    payload: payload, at: Int64(Date().timeIntervalSince1970 * 1000))
            }
            isTold.withLock { $0 = problem != nil }
            failure.withLock { $0 = nil }
        } catch {
            // The status shows it in any case; the next look tries again.
            failure.withLock { $0 = "\(error)" }
        }
    }

    private func append(_ turn: TailTurn, _ took: @Sendable (Int, Int) -> Void) async {
        do {
            if turn.records > 0 {
                let arrival = Int64(Date().timeIntervalSince1970 * 1000)
                _ = try await buffer.append(
                    turn.lines, records: turn.records, arrival: arrival, positions: Array(turn.positions.values))
                took(turn.records, turn.lines.count)
            }
            failure.withLock { $0 = nil }
            try await queue.run {
                self.files.withLock { files in
                    files.commit(turn)
                    self.show(files)
                }
            }
        } catch {
            try? await queue.run { self.files.withLock { $0.discard(turn) } }
            await failed(error)
            return
        }
        if turn.lines.count < 64 << 10 { try? await Task.sleep(for: Self.gathering) }
    }

    /// Nothing was lost by it: what was not stored is read again.
    private func failed(_ error: any Error) async {
        if Task.isCancelled { return }
        failure.withLock { $0 = "\(error)" }
        try? await Task.sleep(for: Self.rest)
    }
}
