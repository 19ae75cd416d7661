import Lake
import Store

/// What reads the event log: each rule in the log's order, by a cursor of its own.
enum EventRule: Sendable, Hashable {
    /// A workflow's `on:`.
    case trigger(WorkflowDefinition)
    /// A workflow's windows: a changed day makes the days stale whose windows hold it.
    case window(WorkflowDefinition)
    /// A crawler's `on:`.
    case crawler(CrawlerDefinition)

    static func all(of project: Project) -> [EventRule] {
        project.crawlers.filter { !$0.on.isEmpty }.map(EventRule.crawler)
            + project.workflows.filter { $0.trigger != nil }.map(EventRule.trigger)
            + project.workflows.filter { !$0.widestWindows.isEmpty }.map(EventRule.window)
    }

    /// The name of its cursor.
    var name: String {
        switch self {
        case .trigger(let workflow): "workflow \(workflow.name)"
        case .window(let workflow): "window \(workflow.name)"
        case .crawler(let crawler): "crawler \(crawler.name)"
        }
    }

    var workflow: WorkflowDefinition? {
        switch self {
        case .trigger(let workflow), .window(let workflow): workflow
        case .crawler: nil
        }
    }

    var crawler: CrawlerDefinition? {
        switch self {
        case .trigger, .window: nil
        case .crawler(let crawler): crawler
        }
    }

    enum Verdict: Sendable, Hashable {
        case ignore
        /// Crawl when no crawl of it is at work.
        case crawl
        case run(Interval?)
        /// These intervals are stale where they have been computed.
        case recompute([Interval])
        /// It concerns the rule, which can't answer it.
        case refuse(String)
    }

    /// What an event means to the rule.
    func verdict(on event: StoredEvent) -> Verdict {
        switch self {
        case .crawler(let crawler):
            guard let trigger = CrawlerDefinition.Trigger(rawValue: event.kind), crawler.on.contains(trigger),
                let table = try? TableName(event.subject), crawler.covers(table)
            else { return .ignore }
            return .crawl
        case .trigger(let workflow): return workflow.answer(to: event)
        case .window(let workflow):
            let intervals = workflow.intervalsReading(event)
            return intervals.isEmpty ? .ignore : .recompute(intervals)
        }
    }
}

extension WorkflowDefinition {
    fileprivate func answer(to event: StoredEvent) -> EventRule.Verdict {
        guard let trigger, trigger.event == event.kind, trigger.table == nil || trigger.table == event.subject,
            // Its own end doesn't start it again.
            !(event.kind.hasPrefix("run.") || event.kind.hasPrefix("step.")) || event.subject != name
        else { return .ignore }
        guard each != nil else { return .run(nil) }
        guard let interval = event.interval.flatMap(Interval.init(_:)) else {
            return .refuse("\(name) runs for each \(each == .hour ? "hour" : "day"), and the event names none")
        }
        guard let fitting = fit(interval) else {
            return .refuse("\(name) runs for each hour, and the event names the day \(interval)")
        }
        return .run(fitting)
    }

    /// The workflow's interval that holds the event's; nil when the event's is longer.
    private func fit(_ interval: Interval) -> Interval? {
        switch (each, interval.hour) {
        case (.day, _): Interval(day: interval.day)
        case (.hour, .some): interval
        case (.hour, nil), (nil, _): nil
        }
    }

    /// For each table that the workflow follows (its trigger's, and those that its steps make): the widest window, in
    /// intervals, that a step reads of it beyond its own interval.
    var widestWindows: [TableName: ClosedRange<Int>] {
        guard each != nil else { return [:] }
        let made = Set(steps.compactMap { if case .query(let work) = $0.work { work.into } else { nil } })
        var windows: [TableName: ClosedRange<Int>] = [:]
        for step in steps {
            guard case .query(let work) = step.work else { continue }
            for (table, range) in work.reads where range != 0...0 {
                guard made.contains(table) || table.description == trigger?.table else { continue }
                let known = windows[table] ?? range
                windows[table] = min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
            }
        }
        return windows
    }

    /// The other intervals whose windows hold the partition that the event tells of.
    fileprivate func intervalsReading(_ event: StoredEvent) -> [Interval] {
        guard event.kind == "crawl.succeeded" || event.kind == "partition.published",
            let table = try? TableName(event.subject), let window = widestWindows[table],
            let interval = event.interval.flatMap(Interval.init(_:)).flatMap(fit)
        else { return [] }
        let offsets = -window.upperBound...(-window.lowerBound)
        return offsets.filter { $0 != 0 }.map { interval.advanced(by: $0) }
    }
}

extension StoredEvent {
    /// Why a run was started by it, in words: "crawl of raw.access_log".
    var reason: String {
        switch kind {
        case "crawl.succeeded": "crawl of \(subject)"
        case "partition.published": "\(subject) published"
        default: "\(kind) of \(subject)"
        }
    }
}
