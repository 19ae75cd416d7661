import Lake
import Store
import TestSupport
import Testing

@testable import Flow

@Suite struct HistoryTests {
    let folder = TemporaryDirectory()
    let store: Store

    init() throws { store = try Store.openForWriting(folder("weir.db")) }

    private func fill(_ statements: [String]) async throws {
        try await store.write { writing in
            for statement in statements { try writing.execute(statement) }
        }
    }

    private func insertRun(_ id: Int, _ workflow: String, _ day: String, _ state: String, error: String? = nil)
        -> String
    {
        """
        INSERT INTO runs (id, workflow, interval, parameters, definition, state, reason, priority, created_at, error)
        VALUES (\(id), '\(workflow)', '\(day)', '{}', 'h1', '\(state)', 'by hand', 1, \(id), \(error.map { "'\($0)'" } ?? "NULL"))
        """
    }

    private func insertStep(_ run: Int, _ position: Int, _ name: String, _ state: String) -> String {
        "INSERT INTO steps (run, name, position, kind, state, attempts) VALUES (\(run), '\(name)', \(position), 'run', '\(state)', 1)"
    }

    /// Steps b and a, of which a needs b; stored under the hash that `insertRun` uses.
    private func insertDefinition() throws -> String {
        func step(_ name: String, needs: [String]) -> StepDefinition {
            StepDefinition(
                name: name, work: .run(["true"]), needs: needs, timeout: nil, retry: [], catches: [],
                onlyByCatch: false, when: nil)
        }
        let definition = WorkflowDefinition(
            name: "daily", trigger: nil, each: .day, settle: .zero, parameters: [], deadline: nil,
            steps: [step("b", needs: []), step("a", needs: ["b"])])
        return "INSERT INTO definitions VALUES ('h1', '\(try JSONText.encode(definition))')"
    }

    @Test func `a run has its steps in the order of its definition, each with what it needs`() async throws {
        try await fill([
            try insertDefinition(), insertRun(1, "daily", "2026-11-21", "failed", error: "Query.Failed"),
            insertStep(1, 0, "b", "succeeded"), insertStep(1, 1, "a", "timed out"),
        ])
        let run = try #require(try await store.read { try $0.run(1) })
        #expect(run.state == .failed)
        #expect(run.error == "Query.Failed")
        #expect(run.interval == Interval("2026-11-21"))
        #expect(run.steps.map(\.name) == ["b", "a"])
        #expect(run.steps.map(\.needs) == [[], ["b"]])
        #expect(run.steps.map(\.state) == [.succeeded, .timedOut])
        #expect(try await store.read { try $0.run(2) } == nil)
    }

    @Test func `runs are paged newest first without loss or repetition`() async throws {
        try await fill(
            (1...25).map { insertRun($0, "daily", "2026-11-\($0 + 4 < 10 ? "0" : "")\($0 + 4)", "succeeded") })
        var found: [Int64] = []
        while true {
            let before = found.last
            let page = try await store.read { try $0.runs(workflow: nil, state: nil, before: before, limit: 10) }
            if page.isEmpty { break }
            found += page.map(\.id)
        }
        #expect(found == (1...25).reversed().map(Int64.init))
    }

    @Test func `runs are found by workflow and state`() async throws {
        try await fill([
            insertRun(1, "daily", "2026-11-20", "failed"), insertRun(2, "daily", "2026-11-21", "succeeded"),
            insertRun(3, "hourly", "2026-11-21T05", "failed"),
        ])
        func find(_ workflow: String?, _ state: RunState?) async throws -> [Int64] {
            try await store.read { try $0.runs(workflow: workflow, state: state, before: nil, limit: 10).map(\.id) }
        }
        #expect(try await find("daily", nil) == [2, 1])
        #expect(try await find(nil, .failed) == [3, 1])
        #expect(try await find("daily", .failed) == [1])
        #expect(try await find("weekly", nil) == [])
    }

    @Test func `the overview has active runs first, then the newest others`() async throws {
        try await fill([
            insertRun(1, "daily", "2026-11-17", "running"), insertRun(2, "daily", "2026-11-18", "succeeded"),
            insertRun(3, "daily", "2026-11-19", "failed"), insertRun(4, "daily", "2026-11-20", "queued"),
            insertRun(5, "daily", "2026-11-21", "cancelled"), insertStep(3, 0, "b", "failed"),
        ])
        let overview = try await store.read { try $0.overview(runs: 2) }
        #expect(overview.runs.map(\.id) == [4, 1, 5, 3])
        #expect(overview.runs.last?.steps.map(\.state) == [.failed])
    }

    @Test func `the overview of a new store is empty and knows the project's names`() async throws {
        let names = ProjectNames(project: "tunag", workflows: ["daily"], streams: ["log"])
        try await names.save(store)
        let overview = try await store.read { try $0.overview(runs: 10) }
        #expect(overview.workflows == ["daily"])
        #expect(overview.streams.map(\.name) == ["log"])
        #expect(overview.runs.isEmpty && overview.tables.isEmpty && overview.alerts.isEmpty)
    }

    @Test func `a page of runs of a long history reads an index, not the table`() async throws {
        let queries = [
            "SELECT * FROM runs WHERE workflow = 'w' AND id < 7 ORDER BY id DESC LIMIT 5",
            "SELECT * FROM runs WHERE state = 'failed' AND id < 7 ORDER BY id DESC LIMIT 5",
            "SELECT * FROM runs WHERE state IN ('queued', 'running', 'retrying') ORDER BY id DESC LIMIT 5",
        ]
        for query in queries {
            let plan = try await store.read { try $0.rows("EXPLAIN QUERY PLAN " + query).map { $0.text("detail") } }
            #expect(plan.contains { $0.contains("SEARCH runs USING INDEX") }, "\(query): \(plan)")
        }
    }

    @Test func `attempts come in the order in which they began`() async throws {
        func attempt(_ step: String, _ number: Int, _ state: String) -> String {
            """
            INSERT INTO attempts (run, step, number, epoch, state, started_at, log)
            VALUES (1, '\(step)', \(number), 1, '\(state)', 0, 'log of \(step) \(number)')
            """
        }
        try await fill([attempt("b", 1, "failed"), attempt("a", 1, "succeeded"), attempt("b", 2, "running")])
        let all = try await store.read { try $0.attempts(run: 1, step: nil) }
        #expect(all.map { "\($0.step) \($0.number) \($0.state)" } == ["b 1 failed", "a 1 succeeded", "b 2 running"])
        let ofB = try await store.read { try $0.attempts(run: 1, step: "b") }
        #expect(ofB.map(\.log) == ["log of b 1", "log of b 2"])
    }

    @Test func `a table sums the current version of its partitions`() async throws {
        func version(_ partition: String, _ number: Int, rows: Int, current: Bool) -> [String] {
            [
                "INSERT INTO versions VALUES ('mart.a', '\(partition)', \(number), \(rows), \(rows * 10), 'c', 'o', 5)",
                current ? "INSERT INTO partitions VALUES ('mart.a', '\(partition)', \(number), 1, 0, 77, NULL)" : "",
            ].filter { !$0.isEmpty }
        }
        try await fill(
            [
                #"INSERT INTO tables VALUES ('mart.a', 'mart', '["dt"]', '[{"name":"n","type":"BIGINT"}]', 3, 9)"#,
                #"INSERT INTO tables VALUES ('raw.empty', 'stream', '[]', '[]', 1, NULL)"#,
            ] + version("dt=2026-11-20", 1, rows: 100, current: false)
                + version("dt=2026-11-20", 2, rows: 4, current: true)
                + version("dt=2026-11-21", 1, rows: 3, current: true))
        let tables = try await store.read { try $0.tables() }
        #expect(tables.map(\.name) == ["mart.a", "raw.empty"])
        #expect(tables[0].rows == 7)
        #expect(tables[0].bytes == 70)
        #expect(tables[0].partitions == 2)
        #expect(tables[0].newestPartition == "dt=2026-11-21")
        #expect(tables[0].changedAt == 77)
        #expect(tables[0].columns == [Column(name: "n", type: "BIGINT")])
        #expect(tables[1].rows == 0 && tables[1].newestPartition == nil && tables[1].kind == .stream)
    }

    @Test func `a backfill comes with all its days`() async throws {
        func day(_ backfill: Int, _ interval: String, _ state: String) -> String {
            "INSERT INTO backfill_days (backfill, interval, state, reason) VALUES (\(backfill), '\(interval)', '\(state)', 'r')"
        }
        let columns = "(workflow, first, last, only_filter, parallel, newest_first, state, created_at)"
        try await fill([
            "INSERT INTO backfills \(columns) VALUES ('w', '2026-11-01', '2026-11-02', 'missing', 4, 0, 'succeeded', 1)",
            "INSERT INTO backfills \(columns) VALUES ('w', '2026-11-03', '2026-11-03', 'all', 2, 0, 'running', 2)",
            day(1, "2026-11-02", "dead"), day(1, "2026-11-01", "succeeded"), day(2, "2026-11-03", "waiting"),
        ])
        let backfills = try await store.read { try $0.backfills(limit: 10) }
        #expect(backfills.map(\.id) == [2, 1])
        #expect(backfills[1].only == .missing)
        #expect(backfills[1].days.map { "\($0.interval) \($0.state)" } == ["2026-11-01 succeeded", "2026-11-02 dead"])
    }

    @Test func `streams without an engine show what was delivered`() async throws {
        try await fill(["INSERT INTO streams VALUES ('log', 9, 100, 3, 2, 5000, 7, 1)"])
        let stream = try #require(try await store.read { try $0.streams() }.first)
        #expect(stream.received == 105)
        #expect(stream.received == stream.delivered + stream.rejected + stream.duplicates + stream.buffered)
        #expect(stream.paused)
    }
}
