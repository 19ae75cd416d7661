/// A statement that a worker performs: when it is asked to stop, and when its worker is killed because it doesn't.
struct WorkerCall: Sendable {
    typealias Instant = SuspendingClock.Instant

    enum Stop: Sendable, Hashable {
        case timeout(Duration)
        case cancelled
        /// The engine ends.
        case stopping
    }

    enum Action: Sendable, Hashable {
        case interrupt, kill
    }

    let id: Int64
    private let timeout: (at: Instant, after: Duration)?
    /// How long it may take to reply after it was asked to stop.
    private let patience: Duration
    private(set) var stop: Stop?
    /// When the next action is due, unless a reply comes first.
    private(set) var due: Instant?

    /// The timeout counts from `start`, which is after the wait for a slot.
    init(id: Int64, start: Instant, timeout: Duration?, patience: Duration) {
        self.id = id
        self.patience = patience
        self.timeout = timeout.map { (start + $0, $0) }
        due = self.timeout?.at
    }

    /// Asks it to stop; a second reason changes nothing.
    mutating func stop(_ reason: Stop, at now: Instant) -> Action? {
        guard stop == nil else { return nil }
        stop = reason
        due = now + patience
        return .interrupt
    }

    /// What is due by now.
    mutating func advance(to now: Instant) -> Action? {
        guard let due, due <= now else { return nil }
        if stop == nil, let timeout { return stop(.timeout(timeout.after), at: now) }
        self.due = nil
        return .kill
    }

    /// What its caller is told of a failure that the worker reported.
    func failure(_ reported: WorkFailure) -> WorkFailure {
        guard reported.name == .cancelled, let stop else { return reported }
        return stop.failure
    }

    /// What its caller is told when the worker is gone.
    func failure(after ending: WorkerEnding) -> WorkFailure {
        guard let stop else { return ending.failure }
        guard stop != .stopping else { return stop.failure }
        return WorkFailure(
            stop.failure.name, "\(stop.failure.message); it did not stop when asked, so its worker was killed")
    }
}

extension WorkerCall.Stop {
    var failure: WorkFailure {
        switch self {
        case .timeout(let limit): WorkFailure(.timeout, "no result within \(limit.weirText)")
        case .cancelled: WorkFailure(.cancelled, "cancelled")
        case .stopping: WorkFailure(.cancelled, "the engine is stopping")
        }
    }
}

/// How a worker process came to its end.
struct WorkerEnding: Sendable {
    /// Counted from 1.
    let worker: Int
    /// Its exit code, or minus the signal that ended it.
    let outcome: Int32
    /// It had answered at least once.
    let wasReady: Bool
    /// The end of what it wrote on standard error.
    let log: String

    var failure: WorkFailure {
        let how: String
        switch outcome {
        case -9: how = "was killed (signal 9: by hand, or by the system for want of memory)"
        case ..<0: how = "crashed (signal \(-outcome))"
        default: how = "ended with exit code \(outcome)"
        }
        return WorkFailure(
            .workerCrashed, "worker \(worker) \(how)" + (wasReady ? "" : " before it was ready"), detail: log)
    }
}
