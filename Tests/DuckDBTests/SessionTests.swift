import DuckDB
import Foundation
import TestSupport
import Testing

struct SessionTests {
    let session: Session

    init() throws { session = try Session(.init(threads: 1, memory: 200_000_000, temporaryDirectory: nil)) }

    @Test func `values of every common type are read as DuckDB writes them`() throws {
        let rows = try session.rows(
            """
            SELECT true, -7::TINYINT, 300::SMALLINT, 7, 9223372036854775807, 200::UTINYINT, 18446744073709551615::UBIGINT,
                (-170141183460469231731687303715884105727)::HUGEINT, 0.05::DECIMAL(4, 2), -12.5::DECIMAL(30, 3),
                1e20::DOUBLE, 0.1::FLOAT, 'short', 'a string of more than twelve bytes: é', NULL::VARCHAR
            """)
        #expect(
            rows.rows == [
                [
                    "true", "-7", "300", "7", "9223372036854775807", "200", "18446744073709551615",
                    "-170141183460469231731687303715884105727", "0.05", "-12.500", "1e+20", "0.1", "short",
                    "a string of more than twelve bytes: é", nil,
                ]
            ])
        #expect(rows.columns.map(\.type).contains("DECIMAL(30,3)"))
    }

    @Test func `dates, times and nested values are read with their names and types`() throws {
        let rows = try session.rows(
            """
            SELECT DATE '2026-11-21' AS day, TIMESTAMP '2026-11-21 05:06:07.5' AS moment, [1, NULL] AS list,
                {'a': 1, 'B c': 'x'} AS structure, MAP {'k': 1.5::DOUBLE} AS map, 'b'::ENUM ('a', 'b') AS kind,
                '{"a": 1}'::JSON AS document -- the end; of it
            """)
        #expect(rows.columns.map(\.name) == ["day", "moment", "list", "structure", "map", "kind", "document"])
        #expect(
            rows.columns.map(\.type) == [
                "DATE", "TIMESTAMP", "INTEGER[]", "STRUCT(a INTEGER, \"B c\" VARCHAR)", "MAP(VARCHAR, DOUBLE)", "ENUM",
                "JSON",
            ])
        #expect(
            rows.rows == [
                [
                    "2026-11-21", "2026-11-21 05:06:07.5", "[1, NULL]", "{'a': 1, 'B c': x}", "{k=1.5}", "b",
                    "{\"a\": 1}",
                ]
            ])
    }

    @Test func `parameters are bound by name with their types`() throws {
        let rows = try session.rows(
            "SELECT $day AS day, typeof($day), typeof($at), $at, $n + 1, $r, $b, $t, $none IS NULL",
            [
                "day": .date("2026-11-21"), "at": .timestamp("2026-11-21T05:00:00+09:00"), "n": .integer(2),
                "r": .real(0.5), "b": .bool(false), "t": .text("it's; é"), "none": .null, "unused": .integer(1),
            ])
        #expect(
            rows.rows == [
                ["2026-11-21", "DATE", "TIMESTAMP", "2026-11-20 20:00:00", "3", "0.5", "false", "it's; é", "true"]
            ])
        #expect(rows.columns.first?.type == "DATE")
    }

    @Test func `a parameter that is missing or no date is told with its place`() throws {
        #expect(throws: DuckDBError.invalid(message: "no value for the parameter $day", position: 7)) {
            try session.rows("SELECT $day")
        }
        #expect(throws: DuckDBError.invalid(message: "$day is 'Friday', which is no date or time", position: 7)) {
            try session.rows("SELECT $day", ["day": .date("Friday")])
        }
    }

    @Test func `more than the limit is told as truncated`() throws {
        let rows = try session.rows("FROM range(10)", limit: 3)
        #expect(rows.rows == [["0"], ["1"], ["2"]])
        #expect(rows.truncated)
        #expect(try !session.rows("FROM range(3)", limit: 3).truncated)
        #expect(try session.rows("FROM range(5000)").rows.count == 5000)
        #expect(try session.value("SELECT max(range) FROM range(5000)") == "4999")
    }

    @Test(arguments: [
        ("SELECT 'éé' fromm x y", 20, "syntax error at or near \"x\""),
        ("SELECT 'éé', nothing", 15, "nothing"),
        ("SELECT 'éé' FROM no.where_at_all", 19, "no.where_at_all"),
        ("SELECT 'éé', CAST(s AS INTEGER) FROM (VALUES ('y')) t(s)", 15, "Could not convert string 'y'"),
    ])
    func `an error points at its byte in the statement`(sql: String, position: Int, message: String) throws {
        let error = try #require(throws: DuckDBError.self) { try session.rows(sql) }
        guard case .invalid(let text, let place) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(text.contains(message))
        #expect(place == position)
    }

    @Test func `a SELECT inside another statement keeps its own positions`() throws {
        let error = try #require(throws: DuckDBError.self) {
            try session.rows(of: "SELECT 1, nothing; -- the end", between: "CREATE TABLE t AS (", ")")
        }
        #expect(error.description.contains("nothing"))
        guard case .invalid(_, 10) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `memory that runs out is told as such, and the session goes on`() throws {
        let error = try #require(throws: DuckDBError.self) {
            try session.rows("SELECT len(list(range::VARCHAR || repeat('x', 100))) FROM range(30000000)")
        }
        guard case .outOfMemory = error else {
            Issue.record("\(error)")
            return
        }
        #expect(try session.value("SELECT 1") == "1")
    }

    @Test func `another thread interrupts a statement that runs`() async throws {
        let handle = session.handle
        let ended = Ended()
        Thread.detachNewThread {
            while !ended.isSet {
                handle.interrupt()
                usleep(2000)
            }
        }
        defer { ended.set() }
        #expect(throws: DuckDBError.interrupted) {
            try session.rows("SELECT sum(hash(a.range + b.range) % 7) FROM range(1000000) a, range(1000000) b")
        }
    }

    @Test func `a handle outlives its session and then does nothing`() throws {
        var other: Session? = try Session(.init(threads: 1, memory: nil, temporaryDirectory: nil))
        let handle = try #require(other?.handle)
        other = nil
        handle.interrupt()
        #expect(handle.fraction == nil)
    }

    @Test func `bytes read are those of the columns that a statement decodes`() throws {
        let folder = TemporaryDirectory()
        let file = SQLText.literal(folder("x.parquet"))
        _ = try session.rows(
            "COPY (SELECT range AS a, md5(range::VARCHAR) AS b FROM range(100000)) TO \(file) (FORMAT parquet)")
        let size = try #require(
            FileManager.default.attributesOfItem(atPath: folder("x.parquet"))[.size] as? Int64)
        _ = try session.rows("SELECT sum(a) FROM \(file)")
        let part = session.bytesRead
        _ = try session.rows("SELECT sum(a), max(b) FROM \(file)")
        let whole = session.bytesRead
        #expect(part > 100_000 && part < whole / 2)
        #expect(whole > size * 9 / 10 && whole < size * 11 / 10)
    }

    @Test func `the extension for SQLite is found and loaded`() throws {
        let folder = TemporaryDirectory()
        try session.loadExtension("sqlite_scanner")
        try session.execute(
            "ATTACH \(SQLText.literal(folder("a.db"))) AS a (TYPE sqlite); CREATE TABLE a.t (x INTEGER)")
        #expect(try session.value("SELECT count(*) FROM a.t") == "0")
        let error = try #require(throws: DuckDBError.self) { try session.loadExtension("nothing_such") }
        #expect(error.description == "DuckDB's extension nothing_such is not installed: run .ci/setup")
    }
}

/// A flag that a thread waits for.
private final class Ended: Sendable {
    private let lock = NSConditionLock(condition: 0)
    var isSet: Bool { lock.condition == 1 }
    func set() {
        lock.lock()
        lock.unlock(withCondition: 1)
    }
}
