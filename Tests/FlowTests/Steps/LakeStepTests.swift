import DuckDB
import Foundation
import Lake
import Store
import TestSupport
import Testing

@testable import Flow

/// Steps over a real lake, with real workers.
@Suite(.processes) struct LakeStepTests {
    let site: Site
    let day = Interval("2026-11-21")

    init() throws { site = try Site() }

    func daily(_ steps: [StepDefinition], on trigger: Trigger? = nil) -> WorkflowDefinition {
        WorkflowDefinition(steps, each: .day, parameters: [Parameter(name: "floor", kind: .int, fallback: .int(2))])
    }

    func log(of id: Int64, _ step: String) async throws -> String {
        try await site.store.read { reading in
            try reading.first(
                "SELECT log FROM attempts WHERE run = ? AND step = ? ORDER BY number DESC", [.integer(id), .text(step)])?
                .text("log") ?? ""
        }
    }

    /// Runs a workflow for the day to its end.
    func run(_ definition: WorkflowDefinition, _ project: Project? = nil) async throws -> StoredRun {
        let flow = try await site.start(project ?? site.project([definition]))
        let day = definition.each == nil ? nil : day
        return try await site.working(flow, workers: true) {
            let id = try await flow.start(workflow: definition.name, interval: day, parameters: [:], reason: "by hand")
            _ = try await site.ended(id)
            return try #require(try await site.run(id))
        }
    }

    @Test func `a query reads its window and parameters, publishes its partition and records what it read`()
        async throws
    {
        for date in 19...22 {
            try await site.publish("raw.log", "dt=2026-11-\(date)", "SELECT \(date) AS n", kind: .mart)
        }
        try await site.publish("raw.names", "", "SELECT 21 AS n, 'x' AS name", kind: .mart)
        let run = try await run(
            daily([
                try .query(
                    "sums",
                    """
                    SELECT sum(n)::BIGINT AS total, $floor AS floor, $dt AS day, any_value(name) AS name
                    FROM raw.log LEFT JOIN raw.names USING (n)
                    """, into: "mart.sums", reads: ["raw.log": -2...0])
            ]))
        #expect(run.state == .succeeded)
        #expect(run.machine.outputs["sums"]?["rows"] == .integer(1))
        #expect(try await site.rows("mart.sums", "total, floor, day, name") == [["60", "2", "2026-11-21", "x"]])
        let row = try await site.store.read { try $0.first("SELECT inputs, sql_hash, rows FROM steps WHERE run = 1") }
        let inputs = try JSONText.decode([InputVersion].self, row?.text("inputs") ?? "")
        #expect(
            inputs.map { "\($0.table) \($0.partition) \($0.version)" } == [
                "raw.log dt=2026-11-19 1", "raw.log dt=2026-11-20 1", "raw.log dt=2026-11-21 1", "raw.names  1",
            ])
        #expect(row?.text("sql_hash").count == 64)
        #expect(try await site.events("partition.published").last?.interval == "2026-11-21")
        // The public tree shows it, and the staging area is empty.
        #expect(try site.folder.names(in: "lake/mart/sums/dt=2026-11-21").count == 1)
        #expect(try site.folder.names(in: "lake/.stage").isEmpty)
        #expect(try await log(of: 1, "sums").contains("published mart.sums dt=2026-11-21, version 1: 1 rows"))
    }

    @Test func `a result that breaks its checks is not published, and the rows are there to look at`() async throws {
        try await site.publish(
            "raw.log", "dt=2026-11-21", "SELECT * FROM (VALUES (1, 5), (2, NULL)) t(id, score)", kind: .mart)
        let run = try await run(
            daily([
                try .query(
                    "scores", "SELECT id, score FROM raw.log", into: "mart.scores", checks: [.notNull(["score"])]),
                .init("after", needs: ["scores"]),
            ]))
        #expect(run.state == .failed)
        #expect(run.machine.shown == ["scores": .failed, "after": .skipped])
        #expect(run.machine.firstFailure?.failure.name == .checkFailed)
        #expect(try await site.events("partition.published").filter { $0.subject == "mart.scores" }.isEmpty)
        let log = try await log(of: 1, "scores")
        #expect(log.contains("Check.Failed"))
        #expect(log.contains("2"), "the failing row is shown: \(log)")
    }

    @Test func `a table that isn't in the catalog is named with its nearest, and nothing is run`() async throws {
        try await site.publish("raw.access_log", "dt=2026-11-21", "SELECT 1 AS n", kind: .mart)
        let run = try await run(daily([try .query("a", "SELECT n FROM raw.acess_log", into: "mart.a")]))
        #expect(
            run.machine.firstFailure?.failure
                == StepFailure(
                    name: .queryFailed,
                    message: "sql/a.sql:1:15: no table raw.acess_log in the catalog; did you mean raw.access_log?"))
    }

    @Test func `a statement that would read more than the limit is refused before it runs`() async throws {
        try await site.publish("raw.log", "dt=2026-11-21", "SELECT range AS n FROM range(1000)", kind: .mart)
        let definition = daily([try .query("a", "SELECT n FROM raw.log", into: "mart.a")])
        let run = try await run(definition, site.project([definition], scanLimit: 100))
        let failure = try #require(run.machine.firstFailure?.failure)
        #expect(failure.name == .queryScanLimit)
        #expect(failure.message.hasPrefix("sql/a.sql would read "))
        #expect(failure.message.hasSuffix("bytes and scan-limit is 100: narrow reads:, or raise the limit"))
        #expect(try await log(of: 1, "a").contains("raw.log: "))
    }

    @Test func `cancel stops a query at once`() async throws {
        let definition = daily([
            try .query(
                "endless",
                "SELECT sum(hash(a.range + b.range) % 7)::DOUBLE AS s FROM range(1000000) a, range(1000000) b",
                into: "mart.s")
        ])
        let flow = try await site.start(site.project([definition]))
        try await site.working(flow, workers: true) {
            let id = try await flow.start(workflow: "example", interval: day, parameters: [:], reason: "by hand")
            #expect(try await eventually { flow.liveSteps().contains { $0.waitsFor == nil } })
            #expect(flow.services.workers.load.busy == 1)
            _ = try await flow.cancel(run: id)
            #expect(try await site.ended(id))
            #expect(try await site.attempts(of: id) == ["endless #1 cancelled Weir.Cancelled"])
            #expect(flow.services.workers.load.busy == 0)
            #expect(try await eventually { try site.folder.names(in: "lake/.stage").isEmpty })
        }
    }

    @Test func `a query that the engine's end interrupts runs again under the next one`() async throws {
        let slow = "SELECT sum(hash(a.range + b.range) % 7)::DOUBLE AS s FROM range(1000000) a, range(1000000) b"
        let old = try await site.start(site.project([daily([try .query("q", slow, into: "mart.q")])]))
        let id = try await site.working(old, workers: true) {
            let id = try await old.start(workflow: "example", interval: day, parameters: [:], reason: "by hand")
            #expect(try await eventually { old.liveSteps().contains { $0.waitsFor == nil } })
            return id
        }
        #expect(try await site.attempts(of: id) == ["q #1 running"])
        let new = try await site.start(site.project([daily([try .query("q", slow, into: "mart.q")])]))
        try await site.working(new, workers: true) {
            #expect(try await eventually { new.liveSteps().contains { $0.waitsFor == nil } })
            #expect(try await site.attempts(of: id) == ["q #1 failed Engine.Restarted", "q #2 running"])
            _ = try await new.cancel(run: id)
            #expect(try await site.ended(id))
        }
    }

    @Test func `an extract publishes what changed, and a load takes what is published once`() async throws {
        try site.sqlite(
            "app.db", "CREATE TABLE people (id INTEGER, name TEXT); INSERT INTO people VALUES (1, 'a'), (2, 'b')")
        let extract = ExtractDefinition(
            name: "app", from: DatabaseAddress(kind: .sqlite, location: site.folder("app.db")), into: "raw",
            tables: ["people"])
        let definition = daily([
            StepDefinition("people", work: .extract(name: "app", tables: [])),
            StepDefinition("crawl", work: .crawl(name: "lake"), needs: ["people"]),
            try .query("names", "SELECT id, name FROM raw.people ORDER BY id", into: "mart.names", needs: ["crawl"]),
            StepDefinition(
                "serve",
                work: .load(
                    LoadWork(
                        from: try TableName("mart.names"), to: "sqlite:analytics.db", table: "names", mode: .replace)),
                needs: ["names"]),
        ])
        let project = site.project(
            [definition], crawlers: [CrawlerDefinition(name: "lake", paths: ["raw"], on: [])], extracts: [extract])
        let first = try await run(definition, project)
        #expect(first.machine.firstFailure?.step == nil)
        #expect(first.machine.outputs["serve"] == ["rows": .integer(2), "already_loaded": .bool(false)])
        let second = try await run(definition, project)
        #expect(second.machine.outputs["serve"] == ["rows": .integer(2), "already_loaded": .bool(true)])
        #expect(try await site.events("extract").count == 1)
        #expect(try await site.events("partition.published").count == 1)
        #expect(try await log(of: second.id, "people").contains("raw.people holds this content already"))
        #expect(try site.sqliteCount("analytics.db", "SELECT count(*) FROM names WHERE dt = '2026-11-21'") == 2)
    }

    @Test func `a worker that is killed in the middle costs an attempt and is retried by policy`() async throws {
        try await site.publish("raw.log", "dt=2026-11-21", "SELECT 1 AS n", kind: .mart)
        let slow = "SELECT sum(hash(a.range + b.range) % 7)::DOUBLE AS s FROM range(1000000) a, range(1000000) b"
        let step = try StepDefinition.query(
            "q", slow, into: "mart.q", retry: [Retrier(.workerCrashed, interval: 600, attempts: 1, backoff: 1)])
        let flow = try await site.start(site.project([daily([step])]))
        let pids = Pids()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await flow.services.workers.run { pids.add($0) } }
            group.addTask { try? await flow.run() }
            defer { group.cancelAll() }
            let id = try await flow.start(workflow: "example", interval: day, parameters: [:], reason: "by hand")
            #expect(try await eventually { flow.liveSteps().contains { $0.waitsFor == nil } })
            // Which worker has the statement isn't told: end them all.
            for process in pids.all { kill(process, SIGKILL) }
            #expect(try await eventually { try await site.state(of: id) == .retrying })
            #expect(try await site.attempts(of: id) == ["q #1 failed Worker.Crashed"])
            _ = try await flow.cancel(run: id)
        }
    }
}
