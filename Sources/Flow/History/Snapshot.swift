package import Lake

/// What an engine tells of itself: `weir status --json` and the console's header.
package struct EngineStatus: Sendable, Hashable, Codable {
    package var pid: Int32
    package var epoch: Int64
    package var uptimeSeconds: Double
    package var project: String
    /// Where records are taken; nil when HTTP is off.
    package var address: String?
    package var slots: SlotStatus
    package var streams: [StreamStatus]
    package var runsByState: [String: Int]
    package var steps: [LiveStep]

    package init(
        pid: Int32, epoch: Int64, uptimeSeconds: Double, project: String, address: String?, slots: SlotStatus,
        streams: [StreamStatus], runsByState: [String: Int], steps: [LiveStep]
    ) {
        self.pid = pid
        self.epoch = epoch
        self.uptimeSeconds = uptimeSeconds
        self.project = project
        self.address = address
        self.slots = slots
        self.streams = streams
        self.runsByState = runsByState
        self.steps = steps
    }
}

package struct SlotStatus: Sendable, Hashable, Codable {
    package var total: Int
    package var busy: Int
    package var waiting: Int

    package init(total: Int, busy: Int, waiting: Int) {
        self.total = total
        self.busy = busy
        self.waiting = waiting
    }
}

/// A step at work now, with its progress.
package struct LiveStep: Sendable, Hashable, Codable {
    package var run: Int64
    package var step: String
    /// 0…1; nil when it can't be known.
    package var progress: Double?
    /// What it waits for, in words: "slot 2 of 2 held by backfill #7 day 2026-06-03". nil: it runs.
    package var waitsFor: String?

    package init(run: Int64, step: String, progress: Double?, waitsFor: String?) {
        self.run = run
        self.step = step
        self.progress = progress
        self.waitsFor = waitsFor
    }
}

/// Where a run is. Terminal: succeeded, failed, cancelled.
package enum RunState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Accepted; it waits for quiet (`settle`) or for its turn. The dispatcher moves it on.
    case queued
    /// A step of it is at work, or may start. The run machine moves it on.
    case running
    /// A step failed and waits for its next attempt, and nothing else is at work. Its timer moves it on.
    case retrying
    case succeeded
    case failed
    case cancelled

    package var isTerminal: Bool {
        switch self {
        case .queued, .running, .retrying: false
        case .succeeded, .failed, .cancelled: true
        }
    }
}

/// Where a step is. Terminal: succeeded, failed, timedOut, cancelled, skipped.
package enum StepState: String, Sendable, Hashable, Codable, CaseIterable {
    /// What it needs has not finished.
    case waiting
    /// It may run and waits for a slot or for its executor.
    case queued
    case running
    /// Its attempt failed; the next one is due at a known time.
    case retrying
    case succeeded
    case failed
    case timedOut = "timed out"
    case cancelled
    /// Its condition was false, nothing caught an error into it, or what it needs failed.
    case skipped
}

package struct RunSummary: Sendable, Hashable, Codable {
    package var id: Int64
    package var workflow: String
    package var interval: Interval?
    package var state: RunState
    /// Why it was started: "crawl of raw.access_log", "by hand", "backfill #7".
    package var reason: String
    package var backfill: Int64?
    package var createdAt: Int64
    package var startedAt: Int64?
    package var finishedAt: Int64?
    package var failedStep: String?
    package var error: String?
    package var message: String?
    package var steps: [StepSummary]

    package init(
        id: Int64, workflow: String, interval: Interval?, state: RunState, reason: String, backfill: Int64?,
        createdAt: Int64, startedAt: Int64?, finishedAt: Int64?, failedStep: String?, error: String?,
        message: String?, steps: [StepSummary]
    ) {
        self.id = id
        self.workflow = workflow
        self.interval = interval
        self.state = state
        self.reason = reason
        self.backfill = backfill
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.failedStep = failedStep
        self.error = error
        self.message = message
        self.steps = steps
    }
}

package struct StepSummary: Sendable, Hashable, Codable {
    package var name: String
    package var kind: String
    package var state: StepState
    package var needs: [String]
    package var attempts: Int
    /// When the next attempt is due, in milliseconds since 1970.
    package var dueAt: Int64?
    package var startedAt: Int64?
    package var finishedAt: Int64?
    package var error: String?
    package var message: String?
    package var rows: Int?
    package var bytesScanned: Int64?

    package init(
        name: String, kind: String, state: StepState, needs: [String], attempts: Int, dueAt: Int64?,
        startedAt: Int64?, finishedAt: Int64?, error: String?, message: String?, rows: Int?, bytesScanned: Int64?
    ) {
        self.name = name
        self.kind = kind
        self.state = state
        self.needs = needs
        self.attempts = attempts
        self.dueAt = dueAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.error = error
        self.message = message
        self.rows = rows
        self.bytesScanned = bytesScanned
    }
}

package struct AttemptSummary: Sendable, Hashable, Codable {
    package var step: String
    package var number: Int
    package var state: StepState
    package var startedAt: Int64
    package var finishedAt: Int64?
    package var error: String?
    package var message: String?
    package var rows: Int?
    package var bytesScanned: Int64?
    package var log: String

    package init(
        step: String, number: Int, state: StepState, startedAt: Int64, finishedAt: Int64?, error: String?,
        message: String?, rows: Int?, bytesScanned: Int64?, log: String
    ) {
        self.step = step
        self.number = number
        self.state = state
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.error = error
        self.message = message
        self.rows = rows
        self.bytesScanned = bytesScanned
        self.log = log
    }
}

package struct BackfillSummary: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable { case running, paused, succeeded, failed, cancelled }
    package enum DayState: String, Sendable, Hashable, Codable {
        case waiting, running, succeeded, failed, skipped, cancelled
        /// It failed as often as `backfill.attempts` allows and blocks nothing.
        case dead
    }
    package struct Day: Sendable, Hashable, Codable {
        package var interval: Interval
        package var state: DayState
        package var reason: String
        package var run: Int64?

        package init(interval: Interval, state: DayState, reason: String, run: Int64?) {
            self.interval = interval
            self.state = state
            self.reason = reason
            self.run = run
        }
    }
    package var id: Int64
    package var workflow: String
    package var first: Interval
    package var last: Interval
    package var only: BackfillRequest.Filter
    package var parallel: Int
    package var state: State
    package var createdAt: Int64
    package var finishedAt: Int64?
    package var days: [Day]

    package init(
        id: Int64, workflow: String, first: Interval, last: Interval, only: BackfillRequest.Filter, parallel: Int,
        state: State, createdAt: Int64, finishedAt: Int64?, days: [Day]
    ) {
        self.id = id
        self.workflow = workflow
        self.first = first
        self.last = last
        self.only = only
        self.parallel = parallel
        self.state = state
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.days = days
    }
}

package struct AlertSummary: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable { case open, acknowledged, snoozed, closed }
    package var id: Int64
    /// `step.failed`, `step.retrying`, `stream.stale`, …
    package var kind: String
    package var subject: String
    package var step: String?
    package var interval: String?
    package var state: State
    package var message: String
    package var occurrences: Int
    package var run: Int64?
    package var openedAt: Int64

    package init(
        id: Int64, kind: String, subject: String, step: String?, interval: String?, state: State, message: String,
        occurrences: Int, run: Int64?, openedAt: Int64
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.step = step
        self.interval = interval
        self.state = state
        self.message = message
        self.occurrences = occurrences
        self.run = run
        self.openedAt = openedAt
    }
}

package struct TableSummary: Sendable, Hashable, Codable {
    package var name: String
    package var kind: TableKind
    package var columns: [Column]
    package var partitions: Int
    package var rows: Int
    package var bytes: Int64
    package var newestPartition: String?
    package var version: Int64
    package var crawledAt: Int64?
    package var changedAt: Int64?

    package init(
        name: String, kind: TableKind, columns: [Column], partitions: Int, rows: Int, bytes: Int64,
        newestPartition: String?, version: Int64, crawledAt: Int64?, changedAt: Int64?
    ) {
        self.name = name
        self.kind = kind
        self.columns = columns
        self.partitions = partitions
        self.rows = rows
        self.bytes = bytes
        self.newestPartition = newestPartition
        self.version = version
        self.crawledAt = crawledAt
        self.changedAt = changedAt
    }
}

package struct CrawlSummary: Sendable, Hashable, Codable {
    package var crawler: String
    package var state: String
    package var startedAt: Int64
    package var finishedAt: Int64?
    /// What changed, in words: "2 tables, 31 partitions changed, 1 column added".
    package var report: String

    package init(crawler: String, state: String, startedAt: Int64, finishedAt: Int64?, report: String) {
        self.crawler = crawler
        self.state = state
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.report = report
    }
}

/// What the overview shows, read from the store at one moment.
package struct Overview: Sendable, Hashable, Codable {
    package var tables: [TableSummary]
    package var crawls: [CrawlSummary]
    /// Active runs first, then the newest others, each with its steps.
    package var runs: [RunSummary]
    package var alerts: [AlertSummary]
    package var backfills: [BackfillSummary]
    /// Names of the project's workflows and streams, for forms and empty panes.
    package var workflows: [String]
    package var streams: [StreamStatus]

    package init(
        tables: [TableSummary], crawls: [CrawlSummary], runs: [RunSummary], alerts: [AlertSummary],
        backfills: [BackfillSummary], workflows: [String], streams: [StreamStatus]
    ) {
        self.tables = tables
        self.crawls = crawls
        self.runs = runs
        self.alerts = alerts
        self.backfills = backfills
        self.workflows = workflows
        self.streams = streams
    }
}
