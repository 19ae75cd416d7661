import Lake

/// Where one step of a run is, as a value: it decides what an event means for the step and says what to do.
///
/// ```
/// waiting ─start─▶ running ─succeeded─▶ succeeded
///    │               │ ▲ └─failed, policy gives up──▶ failed
///    │        failed,│ │ due
///    │   policy waits▼ │
///    │             retrying
///    ├─skip──▶ skipped          (cancel ends every state that isn't an end as cancelled)
///    └─cancel▶ cancelled        (reset, by an operator's retry, makes any state waiting again)
/// ```
///
/// Attempt numbers only rise, also over resets and restarts. A reset starts a fresh policy.
struct StepMachine: Sendable, Hashable, Codable {
    enum State: Sendable, Hashable, Codable {
        case waiting
        /// `stopping`: it was asked to stop, and its end is not known yet.
        case running(attempt: Int, stopping: Bool)
        /// The attempt failed; the next one is due.
        case retrying(after: Int, due: Due, failure: StepFailure)
        case succeeded
        /// `caughtBy`: the step that the failure was passed to.
        case failed(StepFailure, caughtBy: String?)
        case cancelled
        case skipped(SkipReason)
    }

    enum SkipReason: String, Sendable, Hashable, Codable {
        /// Its `when` was false.
        case condition
        /// A step that it needs did not succeed.
        case upstream
        /// It starts only by a catch, and nothing was caught.
        case uncaught
        /// Its result is already there and stays: the run doesn't compute it, and dependants go on.
        case upToDate
    }

    enum Event: Sendable, Hashable {
        case start
        case succeeded(attempt: Int)
        /// `chance`, in 0..<1, is for jitter; `at` is in milliseconds since 1970.
        case failed(attempt: Int, StepFailure, at: Int64, chance: Double)
        /// A retry's time has come.
        case due(attempt: Int)
        /// The engine that ran the attempt is gone.
        case restarted(at: Int64, chance: Double)
        case skip(SkipReason)
        case cancel
        /// An operator's retry. `answering`: it runs again for the failure that was passed to it.
        case reset(answering: Bool)
        /// Another step's failure was passed to this one.
        case caught(CaughtError)
        /// This step's failure was passed on.
        case passedOn(to: String)
    }

    enum Effect: Sendable, Hashable {
        /// Record the attempt as started, then do the work.
        case start(attempt: Int)
        /// Come back with `.due` then.
        case wait(attempt: Int, Due, StepFailure)
        /// End the attempt's work; its end comes back as `.failed` with `Weir.Cancelled`.
        case stop(attempt: Int)
        /// The attempt failed for good.
        case gaveUp(attempt: Int, StepFailure)
    }

    private(set) var state = State.waiting
    /// The number of the newest attempt; 0 before the first.
    private(set) var attempts = 0
    /// Retries given by each rule of the policy since it was fresh.
    private(set) var spent: [Int: Int] = [:]
    /// Times that the step was run again for its engine's sake since the policy was fresh.
    private(set) var restarts = 0
    /// The failure that was passed to this step.
    private(set) var caught: CaughtError?

    mutating func advance(_ event: Event, policy: RetryPolicy) -> [Effect] {
        switch event {
        case .start:
            guard state == .waiting else { return [] }
            return [begin()]
        case .succeeded(let attempt):
            guard case .running(attempt, let stopping) = state else { return [] }
            state = stopping ? .cancelled : .succeeded
            return []
        case .failed(let attempt, let failure, let at, let chance):
            guard case .running(attempt, let stopping) = state else { return [] }
            guard !stopping, failure.name != .cancelled else {
                state = .cancelled
                return []
            }
            return fail(attempt: attempt, failure, at: at, chance: chance, policy: policy)
        case .due(let attempt):
            guard case .retrying(attempt, _, _) = state else { return [] }
            return [begin()]
        case .restarted(let at, let chance):
            guard case .running(let attempt, let stopping) = state else { return [] }
            guard !stopping else {
                state = .cancelled
                return []
            }
            guard restarts < RetryPolicy.freeRestarts else {
                return fail(attempt: attempt, .restarted, at: at, chance: chance, policy: policy)
            }
            restarts += 1
            return [begin()]
        case .skip(let reason):
            guard state == .waiting else { return [] }
            state = .skipped(reason)
            return []
        case .cancel:
            return cancel()
        case .reset(let answering):
            state = .waiting
            spent = [:]
            restarts = 0
            if !answering { caught = nil }
            return []
        case .caught(let error):
            switch state {
            case .waiting, .skipped:
                state = .waiting
                caught = error
            case .running, .retrying, .succeeded, .failed, .cancelled: break
            }
            return []
        case .passedOn(let target):
            guard case .failed(let failure, _) = state else { return [] }
            state = .failed(failure, caughtBy: target)
            return []
        }
    }

    private mutating func begin() -> Effect {
        attempts += 1
        state = .running(attempt: attempts, stopping: false)
        return .start(attempt: attempts)
    }

    private mutating func fail(
        attempt: Int, _ failure: StepFailure, at now: Int64, chance: Double, policy: RetryPolicy
    ) -> [Effect] {
        switch policy.decide(failure.name, spent: spent, chance: chance) {
        case .retry(let rule, let delay):
            spent[rule, default: 0] += 1
            let due = Due(at: now + delay.inMilliseconds, delay: delay.inMilliseconds)
            state = .retrying(after: attempt, due: due, failure: failure)
            return [.wait(attempt: attempt, due, failure)]
        case .giveUp:
            state = .failed(failure, caughtBy: nil)
            return [.gaveUp(attempt: attempt, failure)]
        }
    }

    private mutating func cancel() -> [Effect] {
        switch state {
        case .waiting, .retrying:
            state = .cancelled
            return []
        case .running(let attempt, stopping: false):
            state = .running(attempt: attempt, stopping: true)
            return [.stop(attempt: attempt)]
        case .running(_, stopping: true), .succeeded, .failed, .cancelled, .skipped:
            return []
        }
    }
}

extension StepMachine {
    /// Nothing of it is at work or will be, unless an operator resets it.
    var isOver: Bool {
        switch state {
        case .waiting, .running, .retrying: false
        case .succeeded, .failed, .cancelled, .skipped: true
        }
    }

    /// Whether steps that need this one may start.
    var satisfiesDependants: Bool {
        switch state {
        case .succeeded, .skipped(.upToDate): true
        case .waiting, .running, .retrying, .failed, .cancelled, .skipped: false
        }
    }

    /// It was cancelled, or asked to stop.
    var isCancelled: Bool {
        switch state {
        case .cancelled, .running(_, stopping: true): true
        case .waiting, .running(_, stopping: false), .retrying, .succeeded, .failed, .skipped: false
        }
    }

    /// The state as people see it.
    var shown: StepState {
        switch state {
        case .waiting: .waiting
        case .running: .running
        case .retrying: .retrying
        case .succeeded: .succeeded
        case .failed(let failure, _): failure.name == .timeout ? .timedOut : .failed
        case .cancelled: .cancelled
        case .skipped: .skipped
        }
    }

    var failure: StepFailure? {
        switch state {
        case .retrying(_, _, let failure), .failed(let failure, _): failure
        case .waiting, .running, .succeeded, .cancelled, .skipped: nil
        }
    }
}

/// When something waits no longer. `delay` bounds the wait after a restart, whatever the wall clock did meanwhile.
struct Due: Sendable, Hashable, Codable {
    /// Milliseconds since 1970, by the wall clock when it was decided.
    var at: Int64
    /// Milliseconds from that decision.
    var delay: Int64

    /// Milliseconds still to wait, as a new engine sees it: never more than the whole delay.
    func remaining(at now: Int64) -> Int64 { min(max(at - now, 0), delay) }
}

/// A failure as a run keeps it: the name that rules match, and one line.
struct StepFailure: Sendable, Hashable, Codable {
    var name: WorkFailure.Name
    var message: String

    static let restarted = StepFailure(name: .engineRestarted, message: "the engine stopped while this ran")
}

/// A failure that a catch passed on.
struct CaughtError: Sendable, Hashable, Codable {
    var step: String
    var failure: StepFailure
}
