import Lake

/// One attempt of one step.
struct AttemptKey: Sendable, Hashable, CustomStringConvertible {
    let run: Int64
    let step: String
    let number: Int

    /// Also the name of its staging folder.
    var description: String { "run-\(run)-\(step)-\(number)" }
}

/// Work to be done: an attempt that the store has as started.
struct AttemptOrder: Sendable {
    let key: AttemptKey
    let workflow: WorkflowDefinition
    let step: StepDefinition
    let interval: Interval?
    let parameters: [String: ParameterValue]
    let priority: SlotPriority
    let backfill: Int64?
    /// What steps before it have put out.
    let outputs: [String: StepOutput]
    /// The failure that it answers.
    let caught: CaughtError?

    /// How it is called where others wait for it.
    var holder: String {
        let day = interval.map { " \($0)" } ?? ""
        if let backfill { return "backfill #\(backfill)\(day) \(step.name)" }
        return "\(workflow.name)\(day) \(step.name)"
    }
}

/// What is to be done once a transaction has committed.
struct Consequences: Sendable {
    var orders: [AttemptOrder] = []
    var stops: [AttemptKey] = []
    /// Retries that wait.
    var retries: [(key: AttemptKey, due: Due)] = []
    /// Runs that wait for quiet or for their turn, with the milliseconds until then.
    var queued: [(run: QueuedRun, wait: Int64)] = []
    /// Runs that are no longer queued.
    var unqueued: [Int64] = []
    /// Runs that have ended.
    var ended: [(run: Int64, state: RunState)] = []
    /// Each run as it is now.
    var runs: [Int64: StoredRun] = [:]
    /// A backfill may have room for another day.
    var backfillsMoved = false
}

/// A run that has not begun.
struct QueuedRun: Sendable, Hashable {
    let id: Int64
    let workflow: String
    let interval: Interval?
    let priority: SlotPriority
}

/// What an attempt did, for its row and its step's.
struct AttemptReport: Sendable {
    var rows: Int?
    var bytesScanned: Int64?
    var inputs: [InputVersion]?
    var sqlHash: String?
    var log = ""
}
