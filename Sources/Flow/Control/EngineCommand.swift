package import Lake

/// What an operator can ask of an engine. Each console key has a command-line twin, and both send one of these.
package enum EngineCommand: Sendable, Hashable, Codable {
    case status
    /// Starts a run now. Parameters override defaults; `interval` is for workflows that have `each`.
    case run(workflow: String, interval: Interval?, parameters: [String: ParameterValue])
    /// Retries a failed step (nil: from failure: all that failed or never ran).
    case retry(run: Int64, step: String?, downstream: Bool)
    case cancel(run: Int64)
    case planBackfill(BackfillRequest)
    case startBackfill(BackfillRequest)
    case setBackfill(id: Int64, BackfillChange)
    case pauseWorkflow(String)
    case resumeWorkflow(String)
    case crawl(String?)
    case extract(String?)
    case flush(stream: String)
    case pauseStream(String)
    case resumeStream(String)
    case acknowledge(alert: Int64)
    case snooze(alert: Int64, seconds: Int)
    case redrive(stream: String, reject: Int64?)
    /// Reads `weir.yaml` again and swaps the definition.
    case apply
    case query(sql: String, limit: Int)
    /// Publishes an older version of a partition again.
    case undo(table: TableName, partition: String)
    case setSlots(Int)
    /// Stops the engine; `drain` finishes what waits and runs first.
    case stop(drain: Bool)
}

package struct BackfillRequest: Sendable, Hashable, Codable {
    package enum Filter: String, Sendable, Hashable, Codable, CaseIterable { case missing, failed, stale, all }
    package var workflow: String
    package var first: Interval
    package var last: Interval
    package var only: Filter
    /// Steps to compute; nil: all that the filter finds due.
    package var steps: [String]?
    package var parallel: Int
    package var newestFirst: Bool

    package init(
        workflow: String, first: Interval, last: Interval, only: Filter, steps: [String]?, parallel: Int,
        newestFirst: Bool
    ) {
        self.workflow = workflow
        self.first = first
        self.last = last
        self.only = only
        self.steps = steps
        self.parallel = parallel
        self.newestFirst = newestFirst
    }
}

package enum BackfillChange: Sendable, Hashable, Codable {
    case pause, resume, cancel, retryFailed
    case parallel(Int)
}

/// What a backfill would do, before it is started.
package struct BackfillPlan: Sendable, Hashable, Codable {
    package struct Day: Sendable, Hashable, Codable {
        package var interval: Interval
        /// False: it is skipped.
        package var runs: Bool
        /// Why it runs or is skipped: "never computed", "up to date", "sql changed", "running".
        package var reason: String
        package var bytes: Int64

        package init(interval: Interval, runs: Bool, reason: String, bytes: Int64) {
            self.interval = interval
            self.runs = runs
            self.reason = reason
            self.bytes = bytes
        }
    }
    package var request: BackfillRequest
    package var days: [Day]
    /// The sum over the days that run.
    package var bytes: Int64
    /// From the history of runs; nil when there is none.
    package var seconds: ClosedRange<Double>?

    package init(request: BackfillRequest, days: [Day], bytes: Int64, seconds: ClosedRange<Double>?) {
        self.request = request
        self.days = days
        self.bytes = bytes
        self.seconds = seconds
    }
}

/// What an engine answers.
package enum EngineReply: Sendable, Hashable, Codable {
    /// It is done, or on its way; the message fits a toast.
    case done(String)
    case started(run: Int64)
    case backfill(id: Int64)
    case plan(BackfillPlan)
    case status(EngineStatus)
    case rows(QueryRows)
    /// It was not done: what, why, and what to do.
    case refused(Refusal)
}

package struct Refusal: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable, Codable {
        /// The caller asked for something that doesn't exist or can't be.
        case wrong
        /// It was tried and failed.
        case failed
        /// A limit forbids it.
        case limit
    }
    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
    package var description: String { message }
}
