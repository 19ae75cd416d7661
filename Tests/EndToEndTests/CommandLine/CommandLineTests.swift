import Foundation
import TestSupport
import Testing

/// The binary as a person at a shell meets it: what it prints, and what it ends with.
@Suite(.processes) struct CommandLineTests {
    let folder = TemporaryDirectory()

    /// Runs `weir` in the test's folder.
    private func weir(_ arguments: String..., environment: [String: String] = [:]) async throws
        -> ProgramUnderTest.Outcome
    {
        try await ProgramUnderTest(
            EngineUnderTest.executable, arguments, environment: environment, keepingOutputIn: folder
        ).ended()
    }

    private func json(_ outcome: ProgramUnderTest.Outcome) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    }

    // MARK: Help and wrong use

    @Test func `help tells what weir is and lists every command`() async throws {
        let outcome = try await weir("--help")
        #expect(outcome.code == 0)
        #expect(outcome.error.isEmpty)
        for command in [
            "init", "validate", "plan", "apply", "graph", "doctor", "demo", "serve", "stop", "console", "status",
            "slots",
            "ingest", "extract", "crawl", "query", "catalog", "streams", "deliveries", "rejects", "undo", "run",
            "retry", "cancel", "backfill", "runs", "workflows", "alerts", "events", "dead-letters",
        ] {
            #expect(outcome.output.contains("\n  \(command) "), "\(command) is missing")
        }
    }

    @Test(arguments: [
        "init", "validate", "plan", "apply", "serve", "stop", "status", "run", "retry", "cancel", "backfill", "runs",
        "events", "alerts", "catalog", "deliveries", "slots", "query", "ingest", "crawl", "extract", "rejects",
        "streams", "dead-letters", "doctor", "workflows", "undo", "graph",
    ])
    func `the help of a command has an example`(command: String) async throws {
        let outcome = try await weir("help", command)
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("\n  weir \(command)"), "\(outcome.output)")
    }

    @Test func `with WEIR_HOST=never a command hosts no engine`() async throws {
        #expect(try await weir("init", folder.path).code == 0)
        let outcome = try await weir("crawl", "--dir", folder.path, environment: ["WEIR_HOST": "never"])
        #expect(outcome.code == 3)
        #expect(outcome.error == "weir: no engine runs for \(folder.path): start one with weir serve\n")
    }

    @Test func `a mistyped command suggests the nearest`() async throws {
        let outcome = try await weir("validat")
        #expect(outcome.code == 2)
        #expect(
            outcome.error
                == "weir: there is no command 'validat'; did you mean 'weir validate'? (weir --help lists them)\n")
    }

    @Test(arguments: [
        (["runs", "--stat=failed"], "Unknown option '--stat'"), (["runs", "--state", "done"], "--state"),
        (["retry"], "Missing expected argument '<run>'"), (["retry", "x"], "invalid for '<run>'"),
        (["run", "daily", "--param", "dt"], "--param"), (["backfill", "daily", "2026-13-01"], "from..to"),
        (["slots", "0"], "between 1 and 64"), (["undo", "a.b.c"], "'a.b.c' is not a table name like raw.access_log"),
    ])
    func `arguments that don't fit end with 2 and say which`(arguments: [String], words: String) async throws {
        try folder.write("name: shop\n", to: "weir.yaml")
        let outcome = try await ProgramUnderTest(
            EngineUnderTest.executable, arguments, keepingOutputIn: folder
        ).ended()
        #expect(outcome.code == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains(words), "\(outcome.error)")
    }

    @Test func `outside of a project a command says how to get into one`() async throws {
        let outcome = try await weir("runs")
        #expect(outcome.code == 2)
        #expect(
            outcome.error
                == "weir: no weir.yaml here or above: go to a project's folder, name one with --dir, or make one with "
                + "weir init\n")
    }

    @Test func `a folder below the project is in the project`() async throws {
        try folder.write("name: shop\n", to: "weir.yaml")
        try folder.write("", to: "a/b/file")
        let outcome = try await ProgramUnderTest(
            EngineUnderTest.executable, ["validate"], directory: folder("a/b"), keepingOutputIn: folder
        ).ended()
        #expect(outcome.code == 0)
        #expect(outcome.output == "weir.yaml is right: it has no parts yet\n")
    }

    @Test(arguments: [["status"], ["stop"], ["apply", "--yes"], ["slots"]])
    func `what needs an engine ends with 3 when none runs`(arguments: [String]) async throws {
        try folder.write("name: shop\n", to: "weir.yaml")
        let outcome = try await EngineUnderTest.weir(arguments, in: folder)
        #expect(outcome.code == 3)
        #expect(outcome.error == "weir: no engine runs for \(folder.path): start one with weir serve\n")
    }

    // MARK: Init and validate

    @Test func `init writes a project that validate finds right, and overwrites nothing`() async throws {
        try folder.write("mine\n", to: "shop/.gitignore")
        try folder.write("SELECT 1\n", to: "shop/sql/daily.sql")
        let outcome = try await weir("init", "shop")
        #expect(outcome.code == 0)
        #expect(outcome.output.hasPrefix("wrote weir.yaml, sample.jsonl, .gitignore in \(folder.path)/shop\n"))
        #expect(try folder.read("shop/sql/daily.sql") == "SELECT 1\n")
        #expect(try folder.read("shop/.gitignore") == "mine\n.weir/\nlake/\nserving.db\n")

        let validated = try await weir("validate", "--dir", "shop")
        #expect(validated.code == 0)
        #expect(validated.output == "weir.yaml is right: 1 stream, 1 crawler, 1 workflow, 2 steps\n")

        let again = try await weir("init", "shop")
        #expect(again.code == 2)
        #expect(again.error == "weir: \(folder.path)/shop has a weir.yaml already: weir validate checks it\n")
    }

    @Test func `validate tells every mistake with its place, and --json tells the same`() async throws {
        try folder.write("name: shop\nstream: {}\nbackfill: { paralel: 4 }\n", to: "weir.yaml")
        let outcome = try await weir("validate")
        #expect(outcome.code == 2)
        #expect(
            outcome.error == """
                weir.yaml:2:1: unknown key 'stream' in the project; did you mean 'streams'?
                weir.yaml:3:13: unknown key 'paralel' in backfill; did you mean 'parallel'?

                """)
        let document = try await weir("validate", "--json")
        #expect(document.code == 2)
        let verdict = try #require(try json(document) as? [String: Any])
        #expect(verdict["valid"] as? Bool == false)
        let errors = try #require(verdict["errors"] as? [[String: Any]])
        #expect(errors.map { $0["line"] as? Int } == [2, 3])
    }

    @Test func `a command that works refuses a wrong project with the same words`() async throws {
        try folder.write("name: shop\nlake: s3://bucket\n", to: "weir.yaml")
        let outcome = try await weir("serve")
        #expect(outcome.code == 2)
        #expect(
            outcome.error
                == "weir.yaml:2:7: not supported yet: a lake at 's3://bucket'; use a folder like ./lake\n")
    }

    // MARK: Without history

    @Test(arguments: [
        (["runs"], "nothing has run yet\n"), (["events"], "there are no events yet\n"),
        (["alerts"], "nothing needs you\n"), (["deliveries"], "nothing has been delivered yet\n"),
        (["rejects"], "no record has been rejected\n"), (["dead-letters"], "nothing has been set aside\n"),
        (["backfill", "list"], "there has been no backfill yet\n"),
        (["catalog"], "the lake has no tables yet: weir ingest or weir extract bring data, then weir crawl\n"),
    ])
    func `lists of a project that has never run say so, and are empty documents`(
        arguments: [String], words: String
    ) async throws {
        try folder.write("name: shop\n", to: "weir.yaml")
        let text = try await EngineUnderTest.weir(arguments, in: folder)
        #expect(text.code == 0)
        #expect(text.output == words)
        let document = try await EngineUnderTest.weir(arguments + ["--json"], in: folder)
        #expect(try json(document) as? [String] == [])
        let quiet = try await EngineUnderTest.weir(arguments + ["--quiet"], in: folder)
        #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.error.isEmpty)
    }

    @Test func `plan of a project that has never run has nothing to compare with`() async throws {
        _ = try await weir("init", ".")
        let outcome = try await weir("plan")
        #expect(outcome.code == 0)
        #expect(outcome.output == "workflow daily has never run\nno step differs from what last ran\n")
    }

    @Test func `doctor names what is missing and ends with 1`() async throws {
        try folder.write("name: shop\n", to: "weir.yaml")
        let outcome = try await weir("doctor", environment: ["WEIR_DUCKDB": folder("no.so")])
        #expect(outcome.code == 1)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("DuckDB     wrong  no DuckDB library at \(folder.path)/no.so") })
        #expect(lines.contains { $0.hasPrefix("weir.yaml  ok ") })
        let document = try await weir("doctor", "--json", environment: ["WEIR_DUCKDB": folder("no.so")])
        let findings = try #require(try json(document) as? [[String: Any]])
        #expect(findings.first?["ok"] as? Bool == false)
    }

    @Test func `a run of a day needs the day`() async throws {
        _ = try await weir("init", ".")
        let missing = try await weir("run", "daily")
        #expect(missing.code == 2)
        #expect(missing.error == "weir: daily runs for each day: say which, --param dt=2026-11-21\n")
        let wrong = try await weir("run", "daily", "--param", "dt=yesterday")
        #expect(wrong.code == 2)
        #expect(wrong.error == "weir: 'yesterday' is not the name of a day: --param dt=2026-11-21\n")
    }

    @Test func `files to ingest are looked at before anything is sent`() async throws {
        _ = try await weir("init", ".")
        let missing = try await weir("ingest", "events", "nothing.jsonl")
        #expect(missing.code == 2)
        #expect(missing.error == "weir: can't read nothing.jsonl: No such file or directory\n")
        let isFolder = try await weir("ingest", "events", "sql")
        #expect(isFolder.error == "weir: sql is a folder: name the files in it\n")
        try Data([0x1f, 0x8b, 8, 0]).write(to: URL(fileURLWithPath: folder("a.gz")))
        let compressed = try await weir("ingest", "events", "a.gz")
        #expect(compressed.error == "weir: a.gz is compressed: zcat a.gz | weir ingest STREAM -\n")
    }
}
