import Foundation
import Lake
import Store
import TestSupport
import Testing

@testable import Flow

/// Backfills over a real lake: what is due, why, and what stays as it is.
@Suite(.processes) struct LakeBackfillTests {
    let site: Site
    let trigger = Trigger(event: "crawl.succeeded", table: "raw.log")

    init() throws { site = try Site() }

    func workflow(_ steps: [StepDefinition], settle: Duration = .zero) -> WorkflowDefinition {
        WorkflowDefinition(
            steps, on: trigger, each: .day, settle: settle,
            parameters: [Parameter(name: "floor", kind: .int, fallback: .int(0))])
    }

    /// small counts the day, week the three days up to it from the log, recent from the day's small tables.
    func steps(_ small: String = "SELECT count(*)::BIGINT AS n FROM raw.log WHERE n >= $floor") throws
        -> [StepDefinition]
    {
        [
            try .query("small", small, into: "mart.small"),
            try .query(
                "week", "SELECT sum(n)::BIGINT AS n FROM raw.log", into: "mart.week", reads: ["raw.log": -2...0]),
            try .query(
                "recent", "SELECT sum(n)::BIGINT AS n FROM mart.small", into: "mart.recent",
                reads: ["mart.small": -1...0], needs: ["small"]),
        ]
    }

    func project(_ definition: WorkflowDefinition) -> Project {
        site.project([definition], crawlers: [CrawlerDefinition(name: "lake", paths: ["raw"], on: [.delivery])])
    }

    func request(_ only: BackfillRequest.Filter, _ first: String = "2026-11-18", _ last: String = "2026-11-23") throws
        -> BackfillRequest
    {
        BackfillRequest(
            workflow: "example", first: try #require(Interval(first)), last: try #require(Interval(last)), only: only,
            steps: nil, parallel: 3, newestFirst: false)
    }

    func plan(_ flow: Workflows, _ only: BackfillRequest.Filter) async throws -> [String] {
        try await flow.plan(try request(only)).days.map {
            "\($0.interval.date.suffix(2)) \($0.runs ? "runs" : "skipped"): \($0.reason)"
        }
    }

    /// Five days of the log, delivered out of order, each number n once in each of n days.
    func deliver() async throws {
        for date in [21, 18, 20, 22, 19] {
            try await site.publish("raw.log", "dt=2026-11-\(date)", "SELECT \(date) AS n")
        }
    }

    @Test func `deliveries are crawled, each changed day is computed, and late records reach every window`()
        async throws
    {
        let flow = try await site.start(project(workflow(try steps())))
        try await site.working(flow, workers: true) {
            try await deliver()
            try await flow.drain()
            #expect(try await site.rows("mart.week", "n") == [["18"], ["37"], ["57"], ["60"], ["63"]])
            #expect(try await site.rows("mart.recent", "n") == [["1"], ["2"], ["2"], ["2"], ["2"]])
            let before = try await site.files("mart.small")

            try await site.publish("raw.log", "dt=2026-11-19", "SELECT 100 AS n", mode: .append)
            try await flow.drain()
            #expect(try await site.rows("mart.week", "n") == [["18"], ["137"], ["157"], ["160"], ["63"]])
            #expect(try await site.rows("mart.recent", "n") == [["1"], ["3"], ["3"], ["2"], ["2"]])
            // Only the day itself was counted again.
            let after = try await site.files("mart.small")
            #expect(zip(before, after).map(==) == [true, false, true, true, true])
        }
        let late = try await site.runs(where: "reason LIKE '%changed'")
        #expect(late.contains("example 2026-11-20 succeeded: raw.log of 2026-11-19 changed"))
        #expect(try await site.store.read { try $0.count("SELECT count(*) FROM runs WHERE state <> 'succeeded'") } == 0)
    }

    @Test func `a step that was added is computed for all days, and its siblings' files stay as they are`() async throws
    {
        let flow = try await site.start(project(workflow(try steps())))
        try await site.working(flow, workers: true) {
            try await deliver()
            try await flow.drain()
            let siblings = try await site.files("mart.small") + site.files("mart.week") + site.files("mart.recent")
            #expect(siblings.count == 15)

            let added =
                try steps() + [
                    .query("kpi", "SELECT 2 * n AS n FROM mart.small", into: "mart.kpi", needs: ["small"])
                ]
            try await flow.apply(project(workflow(added)))
            #expect(
                try await plan(flow, .missing) == [
                    "18 runs: never computed: kpi", "19 runs: never computed: kpi", "20 runs: never computed: kpi",
                    "21 runs: never computed: kpi", "22 runs: never computed: kpi", "23 runs: never computed",
                ])
            _ = try await flow.backfill(try request(.missing, "2026-11-18", "2026-11-22"))
            try await flow.drain()
            #expect(try await site.rows("mart.kpi", "n") == Array(repeating: ["2"], count: 5))
            #expect(
                try await site.files("mart.small") + site.files("mart.week") + site.files("mart.recent") == siblings)
            #expect(try await plan(flow, .missing).prefix(5).allSatisfy { $0.hasSuffix("skipped: up to date") })
        }
        let attempts = try await site.store.read {
            try $0.rows("SELECT DISTINCT step FROM attempts a JOIN runs r ON r.id = a.run WHERE r.backfill = 1")
        }
        #expect(attempts.map { $0.text("step") } == ["kpi"])
    }

    @Test func `what has changed makes exactly its days stale`() async throws {
        let flow = try await site.start(project(workflow(try steps(), settle: .seconds(3_600))))
        try await site.working(flow, workers: true) {
            try await deliver()
            try await flow.drain()
            #expect(try await plan(flow, .stale).prefix(5).allSatisfy { $0.hasSuffix("skipped: up to date") })

            // Of an input that has two days after it in its windows; the rule's own runs wait for quiet.
            try await flow.pause(workflow: "example")
            try await site.publish("raw.log", "dt=2026-11-19", "SELECT 100 AS n", mode: .append)
            let stale = try await flow.planner.plan(try request(.stale), workflow(try steps())).days
            #expect(
                stale.filter { $0.reason != "running" }.map { "\($0.interval.date.suffix(2)): \($0.reason)" } == [
                    "18: up to date", "19: inputs changed: small, week", "20: inputs changed: week",
                    "21: inputs changed: week", "22: up to date", "23: never computed",
                ])
            #expect(stale[1].bytes > 0)
            #expect(stale[0].bytes == 0)

            let changed = workflow(try steps("SELECT 7::BIGINT AS n FROM raw.log"))
            let sql = try await flow.planner.plan(try request(.stale, "2026-11-22", "2026-11-22"), changed).days
            #expect(sql.map(\.reason) == ["sql changed: small"])
            var raised = workflow(try steps())
            raised.parameters[0].fallback = .int(20)
            let parameters = try await flow.planner.plan(try request(.stale, "2026-11-22", "2026-11-22"), raised).days
            #expect(parameters.map(\.reason) == ["parameters changed: small"])
        }
    }

    @Test func `a plan tells bytes and, from history, the time`() async throws {
        let flow = try await site.start(project(workflow(try steps())))
        try await site.working(flow, workers: true) {
            let before = try await flow.plan(try request(.missing))
            #expect(before.seconds == nil)
            try await deliver()
            try await flow.drain()
            let plan = try await flow.plan(try request(.all))
            #expect(plan.days.count == 6)
            #expect(plan.bytes == plan.days.filter(\.runs).reduce(0) { $0 + $1.bytes })
            #expect(plan.bytes > 0)
            #expect(plan.seconds != nil)
        }
    }
}
