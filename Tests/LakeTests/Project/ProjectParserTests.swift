import DuckDB
import Foundation
import TestSupport
import Testing

@testable import Lake

@Suite struct ProjectParserTests {
    /// As large as the example of the documentation allows now.
    private static let whole = """
        name: tunag
        timezone: Asia/Tokyo
        lake: ./lake
        engine: { kind: duckdb, slots: 2, memory: 4GB, scan-limit: 50GB, host: localhost, port: 0 }
        streams:
          access_log:
            into: raw.access_log
            format: json
            time: ts
            partition: dt/hour
            buffer: { size: 64MiB, interval: 90s }
            dedupe: request_id
            http: false
          web: { into: raw.web, format: combined, tail: [ /var/log/nginx/access.log, ./logs/*.log ] }
        extracts:
          masters:
            from: ${APP_DATABASE_URL}
            into: raw
            tables:
              companies:
              posts: {}
        crawlers:
          lake:
            paths: [ raw ]
            on: [ delivery, extract ]
            schema-change: update
        workflows:
          engagement_daily:
            on: { event: crawl.succeeded, table: raw.access_log }
            each: dt
            settle: 1m
            params: { dt: date, floor: { type: int, default: 3 }, since: { type: timestamp } }
            steps:
              notify:
                needs: [ serve ]
                run: [ ruby, notify.rb ]
                when: steps.serve.rows > 0
                catch: [ { errors: [ Weir.ALL ], goto: page_someone } ]
              serve:
                needs: [ engagement ]
                load: mart.engagement
                to: "sqlite:${SERVING}/serving.db"
                table: engagement_daily
                mode: upsert
                key: [ company_id, dt ]
              engagement:
                needs: [ masters ]
                query: sql/engagement.sql
                into: mart.engagement
                reads: { raw.access_log: -6..0 }
                timeout: 10m
                check:
                  - { not-null: [ company_id, score ] }
                  - { unique: company_id }
                  - { sql: "score between 0 and 100" }
                retry:
                  - errors: [ Query.OutOfMemory, Worker.Crashed ]
                    interval: 2s
                    attempts: 5
                    backoff: 1.5
                    max-delay: 1m
                    jitter: full
                  - errors: [ Weir.ALL ]
              masters: { extract: masters, tables: [ companies ] }
              page_someone: { only-by: catch, run: [ ./page.sh ] }
              look: { crawl: lake }
        backfill: { parallel: 8, attempts: 2 }
        alerts:
          log: { on: [ "*" ], run: [ ./alert.sh, now ] }
        """
    private static let environment = ["APP_DATABASE_URL": "sqlite:app.db", "SERVING": "out"]

    @Test func `a whole project becomes types`() throws {
        let fixture = try ProjectFixture(Self.whole, sql: ["sql/engagement.sql"])
        let project = try fixture.load(Self.environment)

        #expect(project.name == "tunag")
        #expect(project.timeZone == "Asia/Tokyo")
        #expect(project.directory == fixture.folder.path)
        #expect(project.lakeRoot == fixture.folder("lake"))
        #expect(
            project.engine
                == EngineSettings(
                    slots: 2, memory: 4_000_000_000, scanLimit: 50_000_000_000, host: "localhost", port: 0))
        #expect(
            project.streams == [
                StreamDefinition(
                    name: "access_log", into: try TableName("raw.access_log"), format: .json, time: "ts",
                    partition: .hour, bufferSize: 64 << 20, bufferInterval: .seconds(90), dedupe: "request_id",
                    http: false),
                StreamDefinition(
                    name: "web", into: try TableName("raw.web"), format: .combined, time: nil, partition: .day,
                    bufferSize: 64_000_000, bufferInterval: .seconds(60), dedupe: nil, http: true,
                    tail: TailSettings(patterns: ["/var/log/nginx/access.log", fixture.folder("logs/*.log")])),
            ])
        #expect(
            project.extracts == [
                ExtractDefinition(
                    name: "masters", from: DatabaseAddress(kind: .sqlite, location: fixture.folder("app.db")),
                    into: "raw", tables: ["companies", "posts"])
            ])
        #expect(
            project.crawlers == [CrawlerDefinition(name: "lake", paths: ["raw"], on: [.delivery, .extract])])
        #expect(project.backfill == BackfillSettings(parallel: 8, attempts: 2))
        #expect(project.alerts == [AlertChannel(name: "log", on: ["*"], run: ["./alert.sh", "now"])])
    }

    @Test func `a workflow's steps stand in an order in which each comes after what it needs`() throws {
        let project = try ProjectFixture(Self.whole, sql: ["sql/engagement.sql"]).load(Self.environment)
        let workflow = try #require(project.workflow("engagement_daily"))

        #expect(workflow.trigger == Trigger(event: "crawl.succeeded", table: "raw.access_log"))
        #expect(workflow.each == .day)
        #expect(workflow.settle == .seconds(60))
        #expect(
            workflow.parameters == [
                Parameter(name: "dt", kind: .date, fallback: nil),
                Parameter(name: "floor", kind: .int, fallback: .int(3)),
                Parameter(name: "since", kind: .timestamp, fallback: nil),
            ])
        #expect(
            workflow.steps.map(\.name) == ["masters", "engagement", "serve", "notify", "page_someone", "look"])
    }

    @Test func `a step has its work, its rules and its condition`() throws {
        let project = try ProjectFixture(Self.whole, sql: ["sql/engagement.sql"]).load(Self.environment)
        let workflow = try #require(project.workflow("engagement_daily"))

        #expect(
            workflow.step("engagement")
                == StepDefinition(
                    name: "engagement",
                    work: .query(
                        QueryWork(
                            file: "sql/engagement.sql", sql: "SELECT 1 AS one\n",
                            into: try TableName("mart.engagement"), reads: [try TableName("raw.access_log"): -6...0],
                            checks: [
                                .notNull(["company_id", "score"]), .unique(["company_id"]),
                                .sql("score between 0 and 100"),
                            ])),
                    needs: ["masters"], timeout: .seconds(600),
                    retry: [
                        Retrier(
                            errors: ["Query.OutOfMemory", "Worker.Crashed"], interval: .seconds(2), attempts: 5,
                            backoff: 1.5, maxDelay: .seconds(60), fullJitter: true),
                        Retrier(
                            errors: ["Weir.ALL"], interval: .seconds(1), attempts: 3, backoff: 2, maxDelay: nil,
                            fullJitter: false),
                    ], catches: [], onlyByCatch: false, when: nil))
        #expect(
            workflow.step("notify")?.when
                == Condition(path: ["steps", "serve", "rows"], comparison: .greater, literal: .int(0)))
        #expect(workflow.step("notify")?.catches == [Catcher(errors: ["Weir.ALL"], goto: "page_someone")])
        #expect(workflow.step("page_someone")?.onlyByCatch == true)
        #expect(workflow.step("masters")?.work == .extract(name: "masters", tables: ["companies"]))
        #expect(workflow.step("look")?.work == .crawl(name: "lake"))
    }

    @Test func `a definition keeps a load's address unresolved, and the project resolves it`() throws {
        let fixture = try ProjectFixture(Self.whole, sql: ["sql/engagement.sql"])
        let project = try fixture.load(Self.environment)
        guard case .load(let work) = project.workflows[0].step("serve")?.work else {
            Issue.record("serve is not a load")
            return
        }
        #expect(work.to == "sqlite:${SERVING}/serving.db")
        #expect(work.mode == .upsert(key: ["company_id", "dt"]))
        #expect(
            try project.address(work.to, environment: Self.environment)
                == DatabaseAddress(kind: .sqlite, location: fixture.folder("out/serving.db")))
        #expect(throws: NameError(text: "${SERVING}", expected: "set in the environment: export SERVING=… first")) {
            try project.address(work.to, environment: [:])
        }
    }

    @Test func `what is left out has its default`() throws {
        let fixture = try ProjectFixture("name: shop\n")
        let project = try fixture.load()
        #expect(project.timeZone == "UTC")
        #expect(project.lakeRoot == fixture.folder("lake"))
        #expect(project.engine.slots == ProcessInfo.processInfo.activeProcessorCount)
        #expect(project.engine.memory == nil)
        #expect(project.engine.host == "127.0.0.1")
        #expect(project.engine.port == 8344)
        #expect(project.backfill == BackfillSettings(parallel: 4, attempts: 3))
        #expect(project.workflows.isEmpty)
    }

    @Test func `a bare on is a key, not a boolean`() throws {
        let fixture = try ProjectFixture.around("    on: { event: crawl.succeeded, table: raw.log }")
        #expect(try fixture.load().workflows[0].trigger?.event == "crawl.succeeded")
    }

    @Test func `the hash tells a changed SQL file and a changed weir.yaml`() throws {
        let fixture = try ProjectFixture.around("")
        let before = try fixture.load().hash
        #expect(try fixture.load().hash == before)
        try fixture.folder.write("SELECT 2 AS one\n", to: "sql/a.sql")
        let withSQL = try fixture.load().hash
        #expect(withSQL != before)
        try fixture.folder.write(try fixture.folder.read("weir.yaml") + "# a word\n", to: "weir.yaml")
        #expect(try fixture.load().hash != withSQL)
    }

    @Test(arguments: [
        ("steps.serve.rows > 0", Condition(path: ["steps", "serve", "rows"], comparison: .greater, literal: .int(0))),
        ("params.floor<=1.5", Condition(path: ["params", "floor"], comparison: .lessOrEqual, literal: .real(1.5))),
        ("params.name == 'a b'", Condition(path: ["params", "name"], comparison: .equal, literal: .text("a b"))),
        (
            "steps.a-b.ok != false",
            Condition(path: ["steps", "a-b", "ok"], comparison: .notEqual, literal: .bool(false))
        ),
    ])
    func `a condition is a path, a comparison and a literal`(text: String, condition: Condition) {
        #expect(Condition(parsing: text) == condition)
    }

    @Test(arguments: [
        "", "1 > 0", "steps.serve > 0", "steps.serve.rows", "steps..rows > 0", "params.a.b == 1", "params.a = 1",
        "params.a == b", "params.a == 'b", "params.a == 'b' or 'c'",
    ])
    func `anything else is no condition`(text: String) {
        #expect(Condition(parsing: text) == nil)
    }

    @Test func `times are a whole number and a unit`() {
        #expect(Duration(weir: "90s") == .seconds(90))
        #expect(Duration(weir: "500ms") == .milliseconds(500))
        #expect(Duration(weir: "2h") == .seconds(7200))
        for text in ["", "90", "s", "-1s", "1.5h", "1w", "99999999999999999999s", "9223372036854775807h"] {
            #expect(Duration(weir: text) == nil, "\(text)")
        }
        #expect(Duration.seconds(5400).weirText == "90m")
        #expect(Duration.milliseconds(1500).weirText == "1500ms")
    }

    @Test func `sizes are decimal or binary`() {
        #expect(ByteCount.bytes("64MB") == 64_000_000)
        #expect(ByteCount.bytes("64MiB") == 67_108_864)
        #expect(ByteCount.bytes("4 GB") == 4_000_000_000)
        for text in ["", "64", "MB", "-1MB", "1.5GB", "64mb", "99999999999TB"] {
            #expect(ByteCount.bytes(text) == nil, "\(text)")
        }
    }

    @Test func `columns of csv have names, and types where they are given`() throws {
        let project = try ProjectFixture(
            """
            name: shop
            streams:
              sales: { into: raw.sales, format: csv, columns: [ ts, user, zip: text, n: int ], delimiter: "\\t", time: ts }
            """
        ).load()
        #expect(
            project.streams.first?.format
                == .csv(
                    CSVShape(
                        names: ["ts", "user", "zip", "n"], kinds: ["zip": .varchar, "n": .bigint],
                        delimiter: UInt8(ascii: "\t"))))
    }
}
