import Lake

/// What the workflows of a running engine have in memory: timers, queues and what is at work. All of it follows from
/// the store and is built up again after a restart.
struct Live: Sendable {
    /// How often a run's inputs may put it off: it waits for quiet no longer than this many times `settle`.
    static let patience: Int64 = 6

    /// An attempt that the store has as started.
    struct InFlight: Sendable {
        var isStopping = false
        /// Ends the attempt's work when it is finished; nil until the work has begun.
        var stop: AsyncStream<Void>.Continuation?
        var progress: LiveStep
    }

    /// A queued run and the moments, on the monotonic clock, from which and until which it may wait.
    struct Waiting: Sendable, Hashable {
        var run: QueuedRun
        var due: Int64
        var since: Int64
    }

    private(set) var orders: [AttemptOrder] = []
    private(set) var inFlight: [AttemptKey: InFlight] = [:]
    private(set) var retries: [AttemptKey: Int64] = [:]
    private(set) var queued: [Int64: Waiting] = [:]
    /// Queued runs whose beginning is being decided.
    private(set) var beginning: Set<Int64> = []
    var paused: Set<String> = []
    /// Callers that wait for everything to be finished: nothing waits for quiet then.
    var drains = 0
    /// A backfill may have room for another day.
    var backfillsMoved = true

    mutating func take(_ consequences: Consequences, now: Int64) {
        for order in consequences.orders {
            orders.append(order)
            inFlight[order.key] = InFlight(
                progress: LiveStep(run: order.key.run, step: order.key.step, progress: nil, waitsFor: "a slot"))
        }
        for (key, due) in consequences.retries { retries[key] = now + due.delay }
        for (run, wait) in consequences.queued {
            let since = queued[run.id]?.since ?? now
            let due = min(now + wait, since + Self.patience * max(wait, 1))
            queued[run.id] = Waiting(run: run, due: due, since: since)
        }
        for run in consequences.unqueued { queued[run] = nil }
        if !consequences.ended.isEmpty {
            let ended = Set(consequences.ended.map(\.run))
            retries = retries.filter { !ended.contains($0.key.run) }
        }
        if consequences.backfillsMoved { backfillsMoved = true }
    }

    /// After a restart: what is left of waits that began before it.
    mutating func resume(_ key: AttemptKey, in wait: Int64, now: Int64) { retries[key] = now + wait }

    mutating func takeOrders() -> [AttemptOrder] {
        defer { orders = [] }
        return orders
    }

    /// One attempt of a run that is to be started.
    mutating func takeOrder(of run: Int64) -> AttemptOrder? {
        orders.firstIndex { $0.key.run == run }.map { orders.remove(at: $0) }
    }

    mutating func takeDueRetries(now: Int64) -> [AttemptKey] {
        let due = retries.filter { $0.value <= now }.map(\.key)
        for key in due { retries[key] = nil }
        return due.sorted { ($0.run, $0.step) < ($1.run, $1.step) }
    }

    mutating func takeBackfillsMoved() -> Bool {
        defer { backfillsMoved = false }
        return backfillsMoved
    }

    /// The runs whose turn it is, as many as there is room for: daily work before backfills, and older days first.
    mutating func takeBegins(now: Int64, room: Int) -> [QueuedRun] {
        let active = Set(inFlight.keys.map(\.run)).union(beginning).count
        let free = room - active
        guard free > 0, !queued.isEmpty else { return [] }
        let ready = queued.values.filter { waiting in
            (waiting.due <= now || drains > 0) && !beginning.contains(waiting.run.id)
                && !paused.contains(waiting.run.workflow)
        }
        let chosen = ready.sorted(by: Self.goesBefore).prefix(free).map(\.run)
        beginning.formUnion(chosen.map(\.id))
        return chosen
    }

    private static func goesBefore(_ left: Waiting, _ right: Waiting) -> Bool {
        if left.run.priority != right.run.priority { return left.run.priority < right.run.priority }
        if let first = left.run.interval, let second = right.run.interval, first != second { return first < second }
        return left.run.id < right.run.id
    }

    /// The run is not queued any more.
    mutating func forget(_ run: Int64) { queued[run] = nil }

    mutating func ended(beginning run: Int64) { beginning.remove(run) }

    /// The next moment at which something waits no longer.
    var nextDue: Int64? {
        var next = retries.values.min()
        for waiting in queued.values where !beginning.contains(waiting.run.id) {
            next = min(next ?? waiting.due, waiting.due)
        }
        return next
    }
}

// MARK: Attempts at work

extension Live {
    /// The stop signal of an attempt whose work begins; already finished when it was asked to stop meanwhile.
    mutating func begin(_ key: AttemptKey) -> AsyncStream<Void> {
        let (stream, source) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        if inFlight[key]?.isStopping == true { source.finish() }
        inFlight[key]?.stop = source
        return stream
    }

    mutating func stop(_ key: AttemptKey) {
        inFlight[key]?.isStopping = true
        inFlight[key]?.stop?.finish()
    }

    func isStopping(_ key: AttemptKey) -> Bool { inFlight[key]?.isStopping ?? false }

    mutating func end(_ key: AttemptKey) { inFlight[key] = nil }

    mutating func progress(_ key: AttemptKey, _ news: StatementProgress) {
        switch news {
        case .waiting(let text): inFlight[key]?.progress.waitsFor = text
        case .started: inFlight[key]?.progress.waitsFor = nil
        case .fraction(let part):
            inFlight[key]?.progress.waitsFor = nil
            inFlight[key]?.progress.progress = part
        }
    }

    var isAtWork: Bool { !inFlight.isEmpty || !beginning.isEmpty || !orders.isEmpty || backfillsMoved }

    var steps: [LiveStep] {
        inFlight.values.map(\.progress).sorted { ($0.run, $0.step) < ($1.run, $1.step) }
    }
}
