import DuckDB
import Testing

@testable import Lake

struct DescribeStatementTests {
    private let session: Session

    init() throws { session = try Session(.init(threads: 1, memory: nil, temporaryDirectory: nil)) }

    private func describe(_ sql: String) throws -> Described {
        try DescribeStatement(file: "sql/a.sql", sql: sql).perform(in: session)
    }

    @Test func `tables are found wherever a SELECT may name them`() throws {
        let described = try describe(
            """
            WITH recent AS (SELECT * FROM raw.access_log WHERE dt = $dt)
            SELECT (SELECT max(x) FROM raw.z), u.name
            FROM recent JOIN raw."users" AS u USING (id), Raw.Access_Log AS again
            WHERE EXISTS (SELECT 1 FROM posts WHERE author = u.id AND score > $floor) AND $dt IS NOT NULL
            UNION ALL SELECT 1, 'x' FROM mart.other; -- the end; of it
            """)
        #expect(described.tables == ["raw.access_log", "raw.z", "raw.users", "posts", "mart.other"])
        #expect(described.parameters == ["dt", "floor"])
    }

    @Test func `a name that WITH defines is no table where it is known, and one elsewhere`() throws {
        let chained =
            "WITH a AS (SELECT * FROM a), b AS (SELECT * FROM A), c AS (SELECT * FROM later), later AS (SELECT 1) SELECT * FROM a, b, c, later"
        #expect(try describe(chained).tables == ["a", "later"])
        let recursive = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 9) SELECT * FROM t"
        #expect(try describe(recursive).tables == [])
        let inner = "SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a), a"
        #expect(try describe(inner).tables == ["a"])
        let qualified = "WITH a AS (SELECT 1) SELECT * FROM raw.a, a"
        #expect(try describe(qualified).tables == ["raw.a"])
    }

    @Test func `a table that the catalog does not have is pointed at, with the nearest`() throws {
        let statement = DescribeStatement(file: "sql/a.sql", sql: "SELECT 'é'\nFROM raw.acess_log, raw.users")
        let described = try statement.perform(in: session)
        let failure = statement.failure(UnknownTable(name: "raw.acess_log", nearest: "raw.access_log"), described)
        #expect(
            failure.description
                == "Query.Failed: sql/a.sql:2:6: no table raw.acess_log in the catalog; did you mean raw.access_log?")
        #expect(failure.detail.hasSuffix("\n2 | FROM raw.acess_log, raw.users\n  |      ^"))
    }

    @Test func `expressions of any depth are read`() throws {
        let sum = Array(repeating: "x", count: 900).joined(separator: " + ")
        #expect(try describe("SELECT \(sum) FROM raw.t").tables == ["raw.t"])
    }

    @Test func `what does not parse points into the file`() throws {
        let failure = try #require(throws: WorkFailure.self) { try describe("SELECT 'é',\n  a\nFORM raw.t") }
        #expect(failure.description == "Query.Failed: sql/a.sql:3:6: syntax error at or near \"raw\"")
        #expect(failure.detail == "syntax error at or near \"raw\"\n3 | FORM raw.t\n  |      ^")
    }

    @Test(arguments: [
        "", "-- nothing", "SELECT 1; SELECT 2", "DROP TABLE t", "INSERT INTO t VALUES (1)", "SET threads = 8",
        "COPY t TO 'x'", "ATTACH 'x' AS y", "PIVOT t ON a USING sum(b)",
    ])
    func `whatever is not exactly one SELECT is refused`(sql: String) throws {
        let failure = try #require(throws: WorkFailure.self) { try describe(sql) }
        #expect(
            failure.description == "Query.Failed: sql/a.sql: "
                + "exactly one SELECT is expected (a PIVOT must list its values: ON column IN (…))")
    }
}
