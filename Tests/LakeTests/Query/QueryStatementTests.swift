import DuckDB
import Foundation
import TestSupport
import Testing

@testable import Lake

struct QueryStatementTests {
    private let session: Session
    private let folder = TemporaryDirectory()

    init() throws { session = try Session(.init(threads: 1, memory: nil, temporaryDirectory: nil)) }

    private func query(
        _ sql: String, _ parameters: [String: TypedValue] = [:], tables: [PinnedTable] = [], checks: [Check] = [],
        partition: String = "dt=2026-11-21"
    ) throws -> QueryOutcome {
        try QueryStatement(
            file: "sql/a.sql", sql: sql, parameters: parameters, tables: tables, checks: checks, partition: partition,
            output: folder("out.parquet")
        ).perform(in: session)
    }

    private func failure(_ sql: String, checks: [Check] = [], partition: String = "dt=2026-11-21") throws -> WorkFailure
    {
        try #require(throws: WorkFailure.self) { try query(sql, checks: checks, partition: partition) }
    }

    private var result: TextRows {
        get throws { try session.rows("FROM read_parquet(\(SQLText.literal(folder("out.parquet"))))") }
    }

    /// A file of a partitioned table, made by SQL.
    private func object(_ place: String, _ sql: String) throws -> String {
        try folder.write("", to: place)
        try session.execute("COPY (\(sql)) TO \(SQLText.literal(folder(place))) (FORMAT parquet)")
        return folder(place)
    }

    private func pinned(_ name: String, _ columns: [Column], keys: [String] = ["dt"], _ files: [String]) throws
        -> PinnedTable
    {
        PinnedTable(name: try TableName(name), columns: columns, keys: keys, files: files, bytes: 0, inputs: [])
    }

    @Test func `a result becomes a complete Parquet file without its partition's keys`() throws {
        let outcome = try query(
            "SELECT range AS id, 'x' || range AS name, $dt AS dt FROM range(300000); -- the end",
            ["dt": TypedValue(kind: .date, value: .text("2026-11-21"))])
        #expect(outcome.file.rows == 300_000)
        #expect(outcome.file.columns == [Column(name: "id", type: "BIGINT"), Column(name: "name", type: "VARCHAR")])
        let path = folder("out.parquet")
        #expect(outcome.file.path == path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(outcome.file.bytes == bytes.count)
        #expect(outcome.file.content == SHA256.hex(Array(bytes)))
        let groups = try session.rows(
            "SELECT DISTINCT row_group_id, row_group_num_rows, compression FROM parquet_metadata(\(SQLText.literal(path))) ORDER BY 1"
        )
        #expect(groups.rows == [["0", "122880", "ZSTD"], ["1", "122880", "ZSTD"], ["2", "54240", "ZSTD"]])
    }

    @Test func `the same result has the same content`() throws {
        let sql = "SELECT range % 7 AS k, count(*) AS n FROM range(10000) GROUP BY k"
        #expect(try query(sql).file.content == query(sql).file.content)
    }

    @Test func `tables are the pinned files alone, with their keys, and with columns that some files lack`() throws {
        let first = try object(".objects/raw/log/dt=2026-11-20/a.parquet", "SELECT 1 AS id, 'x' AS name")
        let second = try object(".objects/raw/log/dt=2026-11-21/b.parquet", "SELECT 2.5::DOUBLE AS id, true AS extra")
        _ = try object(".objects/raw/log/dt=2026-11-21/unpinned.parquet", "SELECT 99 AS id, 'no' AS name")
        let log = try pinned(
            "raw.log",
            [
                Column(name: "id", type: "BIGINT"), Column(name: "name", type: "VARCHAR"),
                Column(name: "later", type: "DATE"),
            ],
            [first, second])
        let outcome = try query("SELECT *, typeof(dt) AS t FROM raw.log ORDER BY id", tables: [log], partition: "")
        #expect(outcome.bytesScanned > 0)
        #expect(try result.columns.map(\.name) == ["id", "name", "later", "dt", "t"])
        #expect(
            try result.rows == [
                ["1.0", "x", nil, "2026-11-20", "DATE"], ["2.5", nil, nil, "2026-11-21", "DATE"],
            ])
    }

    @Test func `hours are integers and an empty window is an empty table of the catalog's types`() throws {
        let file = try object(".objects/raw/h/dt=2026-11-20/hour=05/a.parquet", "SELECT 1 AS id")
        let hours = try pinned("raw.h", [Column(name: "id", type: "INTEGER")], keys: ["dt", "hour"], [file])
        let empty = try pinned(
            "posts", [Column(name: "s", type: "STRUCT(a VARCHAR, b BIGINT[])")], keys: ["dt", "hour"], [])
        _ = try query(
            "SELECT hour + 1 AS next, (SELECT count(*) FROM posts) AS posts FROM raw.h", tables: [hours, empty],
            partition: "")
        #expect(try result.rows == [["6", "0"]])
        _ = try query("SELECT s.b[1] AS b, hour, dt FROM posts", tables: [empty], partition: "")
        #expect(try result.columns.map(\.type) == ["BIGINT", "INTEGER", "DATE"])
    }

    @Test func `a statement leaves nothing for the next`() throws {
        let table = try pinned("raw.log", [Column(name: "id", type: "BIGINT")], [])
        _ = try query("SELECT count(*) AS n FROM raw.log", tables: [table])
        #expect(throws: DuckDBError.self) { try session.rows("FROM raw.log") }
        #expect(try session.value("SELECT count(*) FROM duckdb_databases() WHERE NOT internal") == "1")
        _ = try query("SELECT count(*) AS n FROM raw.log", tables: [table])
    }

    @Test func `sums of integers stay integers, and one that is too large fails rather than becoming inexact`() throws {
        let outcome = try query("SELECT sum(range) AS total FROM range(10)")
        #expect(outcome.file.columns == [Column(name: "total", type: "BIGINT")])
        #expect(try result.rows == [["45"]])
        let text = try failure("SELECT sum(x) AS total FROM (VALUES (9223372036854775807), (1)) t(x)").message
        #expect(text.hasPrefix("sql/a.sql: Type INT128 with value 9223372036854775808 can't be cast"))
        #expect(text.hasSuffix("(sums are stored as BIGINT: cast a larger one to DOUBLE or DECIMAL(38, 0))"))
    }

    @Test(arguments: [
        (
            "SELECT 1 AS x, DATE '2026-11-20' AS dt", "dt=2026-11-21",
            "a row has dt 2026-11-20, but the result becomes the partition dt=2026-11-21"
        ),
        (
            "SELECT x, CAST(d AS DATE) AS DT FROM (VALUES (1, '2026-11-21'), (2, NULL)) t(x, d)", "dt=2026-11-21",
            "a row has dt NULL, but the result becomes the partition dt=2026-11-21"
        ),
        (
            "SELECT 1 AS x, 6 AS hour, '2026-11-21' AS dt", "dt=2026-11-21/hour=05",
            "a row has hour 6, but the result becomes the partition hour=05"
        ),
    ])
    func `rows of another partition are refused`(sql: String, partition: String, text: String) throws {
        #expect(try failure(sql, partition: partition).description == "Query.Failed: sql/a.sql: " + text)
    }

    @Test func `rows that the statement drops are held to nothing`() throws {
        _ = try query(
            "SELECT * FROM (SELECT range AS x, DATE '2026-11-20' + CAST(range AS INTEGER) AS dt FROM range(5)) WHERE dt = DATE '2026-11-21'"
        )
        #expect(try result.rows == [["1"]])
    }

    @Test func `errors point into the file`() throws {
        let unbound = try failure("SELECT a.id,\n  a.nme\nFROM (SELECT 1 AS id, 2 AS name) a")
        #expect(unbound.message.hasPrefix("sql/a.sql:2:3: Values list \"a\" does not have a column named \"nme\""))
        #expect(unbound.detail.hasSuffix("\n2 |   a.nme\n  |   ^"))
        let computed = try failure("SELECT 1 AS one,\n  CAST(s AS INTEGER) AS n FROM (VALUES ('12'), ('é')) t(s)")
        #expect(computed.message.hasPrefix("sql/a.sql:2:3: Could not convert string 'é' to INT32"))
        #expect(
            try failure("SELECT $day AS x").description
                == "Query.Failed: sql/a.sql:1:8: no value for the parameter $day")
    }

    @Test(arguments: [
        ("SELECT 1 AS a; SELECT 2 AS a", "Cannot prepare multiple statements at once!"),
        (
            "CREATE TABLE t (x INTEGER)",
            "exactly one SELECT is expected (a PIVOT must list its values: ON column IN (…))"
        ),
        ("SELECT 1 AS a, 2 AS A", "the result has two columns named a: name one with AS"),
        ("SELECT DATE '2026-11-21' AS dt", "the result has no column besides the partition's own"),
    ])
    func `what can't become a partition is refused`(sql: String, text: String) throws {
        #expect(try failure(sql).message == "sql/a.sql: " + text)
    }

    @Test func `a check that fails says how many rows, and shows the first`() throws {
        let rows = "SELECT range AS company_id, CASE WHEN range < 1204 - 17 THEN range END AS score FROM range(1204)"
        let failure = try failure(rows, checks: [.unique(["company_id", "dt"]), .notNull(["score"])])
        #expect(failure.description == "Check.Failed: check not-null [score]: 17 of 1,204 rows fail")
        let lines = failure.detail.split(separator: "\n")
        #expect(lines.count == 12)
        #expect(lines[1] == "score  company_id  dt")
        #expect(lines[2] == "NULL   1187        2026-11-21")
    }

    @Test func `every check that fails is told`() throws {
        let rows = "SELECT * FROM (VALUES (1, 50), (1, 60), (NULL, 101)) t(id, score)"
        let checks: [Check] = [
            .unique(["id"]), .notNull(["id", "score"]), .sql("score BETWEEN 0 AND 100 -- percent"), .sql("score > 0"),
        ]
        let failure = try failure(rows, checks: checks)
        #expect(failure.message == "check unique [id]: 2 of 3 rows fail (and 2 more checks)")
        #expect(
            failure.detail == """
                check unique [id]: 2 of 3 rows fail
                id  score  dt
                1   50     2026-11-21
                1   60     2026-11-21

                check not-null [id, score]: 1 of 3 rows fails
                id    score  dt
                NULL  101    2026-11-21

                check sql [score BETWEEN 0 AND 100 -- percent]: 1 of 3 rows fails
                id    score  dt
                NULL  101    2026-11-21
                """)
    }

    @Test func `checks that hold let the result pass, and NULL does not hold`() throws {
        _ = try query("SELECT 1 AS id, 5 AS score", checks: [.unique(["id"]), .notNull(["id"]), .sql("score > 1")])
        #expect(
            try failure("SELECT NULL::INTEGER AS score", checks: [.sql("score > 1")]).message
                == "check sql [score > 1]: 1 of 1 rows fails")
    }

    @Test func `a check that can't be tried says why`() throws {
        let unknown = try failure("SELECT 1 AS company_id", checks: [.notNull(["compny_id"])])
        #expect(
            unknown.description
                == "Check.Failed: check not-null [compny_id]: the result has no column compny_id; did you mean company_id?"
        )
        let broken = try failure("SELECT 1 AS score", checks: [.sql("score >")])
        #expect(broken.message.hasPrefix("check sql [score >]: syntax error"))
    }

    @Test func `the first rows of a SELECT are read as text`() throws {
        let select = SelectStatement(sql: "FROM range(5) t(n) ORDER BY n DESC;", parameters: [:], tables: [], limit: 2)
        let rows = try select.perform(in: session)
        #expect(rows == QueryRows(columns: [Column(name: "n", type: "BIGINT")], rows: [["4"], ["3"]], truncated: true))
        let failing = SelectStatement(sql: "SELECT nothing", parameters: [:], tables: [], limit: 2)
        let failure = try #require(throws: WorkFailure.self) { try failing.perform(in: session) }
        #expect(failure.message.hasPrefix("line 1, column 8: Referenced column \"nothing\""))
    }
}
