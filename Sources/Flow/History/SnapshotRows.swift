import Foundation
import Lake
import Store

// How rows of the store become the values of a snapshot. A state that this build does not know reads as the nearest
// thing that needs a person: failed.

extension Row {
    func int64(_ column: String) -> Int64 { Int64(integer(column)) }
    func optionalInt64(_ column: String) -> Int64? { optionalInteger(column).map(Int64.init) }
    fileprivate func state<State: RawRepresentable<String>>(_ unknown: State) -> State {
        State(rawValue: text("state")) ?? unknown
    }
}

extension RunSummary {
    init(_ row: Row, steps: [StepSummary]) {
        self.init(
            id: row.int64("id"), workflow: row.text("workflow"),
            interval: row.optionalText("interval").flatMap { Interval($0) }, state: row.state(.failed),
            reason: row.text("reason"), backfill: row.optionalInt64("backfill"), createdAt: row.int64("created_at"),
            startedAt: row.optionalInt64("started_at"), finishedAt: row.optionalInt64("finished_at"),
            failedStep: row.optionalText("failed_step"), error: row.optionalText("error"),
            message: row.optionalText("message"), steps: steps)
    }
}

extension StepSummary {
    init(_ row: Row, needs: [String]) {
        self.init(
            name: row.text("name"), kind: row.text("kind"), state: row.state(.failed), needs: needs,
            attempts: row.integer("attempts"), dueAt: row.optionalInt64("due_at"),
            startedAt: row.optionalInt64("started_at"), finishedAt: row.optionalInt64("finished_at"),
            error: row.optionalText("error"), message: row.optionalText("message"), rows: row.optionalInteger("rows"),
            bytesScanned: row.optionalInt64("bytes_scanned"))
    }
}

extension AttemptSummary {
    init(_ row: Row) {
        self.init(
            step: row.text("step"), number: row.integer("number"), state: row.state(.failed),
            startedAt: row.int64("started_at"), finishedAt: row.optionalInt64("finished_at"),
            error: row.optionalText("error"), message: row.optionalText("message"), rows: row.optionalInteger("rows"),
            bytesScanned: row.optionalInt64("bytes_scanned"), log: row.text("log"))
    }
}

extension AlertSummary {
    init(_ row: Row) {
        self.init(
            id: row.int64("id"), kind: row.text("kind"), subject: row.text("subject"), step: row.optionalText("step"),
            interval: row.optionalText("interval"), state: row.state(.open), message: row.text("message"),
            occurrences: row.integer("occurrences"), run: row.optionalInt64("run"), openedAt: row.int64("opened_at"))
    }
}

extension BackfillSummary {
    /// nil when the row's intervals are none, which no engine writes.
    init?(_ row: Row, days: [Row]) {
        guard let first = Interval(row.text("first")), let last = Interval(row.text("last")) else { return nil }
        self.init(
            id: row.int64("id"), workflow: row.text("workflow"), first: first, last: last,
            only: BackfillRequest.Filter(rawValue: row.text("only_filter")) ?? .all, parallel: row.integer("parallel"),
            state: row.state(.failed), createdAt: row.int64("created_at"),
            finishedAt: row.optionalInt64("finished_at"), days: days.compactMap(Day.init))
    }
}

extension BackfillSummary.Day {
    init?(_ row: Row) {
        guard let interval = Interval(row.text("interval")) else { return nil }
        self.init(
            interval: interval, state: row.state(.failed), reason: row.text("reason"), run: row.optionalInt64("run"))
    }
}

extension TableSummary {
    init(_ row: Row) {
        self.init(
            name: row.text("name"), kind: TableKind(rawValue: row.text("kind")) ?? .adopted,
            columns: (try? JSONText.decode([Column].self, row.text("columns"))) ?? [],
            partitions: row.integer("partitions"), rows: row.integer("rows"), bytes: row.int64("bytes"),
            newestPartition: row.optionalText("newest").flatMap { $0.isEmpty ? nil : $0 },
            version: row.int64("version"), crawledAt: row.optionalInt64("crawled_at"),
            changedAt: row.optionalInt64("changed_at"))
    }
}

extension CrawlSummary {
    init(_ row: Row) {
        self.init(
            crawler: row.text("crawler"), state: row.text("state"), startedAt: row.int64("started_at"),
            finishedAt: row.optionalInt64("finished_at"), report: row.text("report"))
    }
}

extension StreamStatus {
    init(_ row: Row) {
        let (delivered, rejected, duplicates) = (row.int64("delivered"), row.int64("rejected"), row.int64("duplicates"))
        self.init(
            name: row.text("name"), received: delivered + rejected + duplicates, delivered: delivered,
            rejected: rejected, duplicates: duplicates, buffered: 0, bufferedBytes: 0, recordsPerSecond: 0,
            bytesPerSecond: 0, lagSeconds: 0, history: [], paused: row.bool("paused"))
    }

    /// A stream that nothing was delivered from.
    init(untouched name: String) {
        self.init(
            name: name, received: 0, delivered: 0, rejected: 0, duplicates: 0, buffered: 0, bufferedBytes: 0,
            recordsPerSecond: 0, bytesPerSecond: 0, lagSeconds: 0, history: [], paused: false)
    }
}
