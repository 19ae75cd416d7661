import DuckDB
import Foundation
import TestSupport
import Testing

@testable import Lake

@Suite struct SQLiteExtractTests {
    /// Declared type, values as SQL, the type in the lake, and the values in the lake.
    typealias Case = (declared: String, values: [String], type: String, read: [String?])

    static let kept: [Case] = [
        ("INTEGER", ["1", "NULL", "9223372036854775807"], "BIGINT", ["1", nil, "9223372036854775807"]),
        ("BOOLEAN", ["1", "0"], "BIGINT", ["1", "0"]),
        ("REAL", ["0.1 + 0.2", "2", "NULL"], "DOUBLE", ["0.30000000000000004", "2.0", nil]),
        ("NUMERIC(10,2)", ["1", "'2.25'"], "DOUBLE", ["1.0", "2.25"]),
        ("NUMERIC(20)", ["9007199254740993", "1"], "BIGINT", ["9007199254740993", "1"]),
        ("TEXT", ["'x'", "1.5", "''"], "VARCHAR", ["x", "1.5", ""]),
        ("NVARCHAR(20)", ["'日本'"], "VARCHAR", ["日本"]),
        ("DATE", ["'2026-11-21'", "'2026-11-22 00:00:00'"], "DATE", ["2026-11-21", "2026-11-22"]),
        ("DATETIME", ["'2026-11-21 10:11:12.5'"], "TIMESTAMP", ["2026-11-21 10:11:12.5"]),
        ("TIMESTAMP", ["1732147200"], "TIMESTAMP", ["2024-11-21 00:00:00"]),
        ("TIME", ["'10:11:12'"], "TIME", ["10:11:12"]),
        ("BLOB", ["x'00ff'", "NULL"], "BLOB", [#"\x00\xFF"#, nil]),
        ("", ["1", "2"], "BIGINT", ["1", "2"]), ("", ["1", "2.5"], "DOUBLE", ["1.0", "2.5"]),
        ("MONEY", ["1.5"], "DOUBLE", ["1.5"]), ("", ["1", "'a'"], "VARCHAR", ["1", "a"]),
        ("", ["NULL"], "VARCHAR", [nil]), ("INTEGER", [], "BIGINT", []),
        ("", ["x'01'", "'a'"], "BLOB", [#"\x01"#, "a"]),
    ]

    @Test(arguments: kept)
    func `values are read as their declaration promises, or as what they are where it promises nothing`(
        _ example: Case
    ) throws {
        let source = try SQLiteFixture("CREATE TABLE t (x \(example.declared))")
        for value in example.values { try source.run(["INSERT INTO t VALUES (\(value))"]) }
        let column = try source.column()
        #expect(column.type == example.type)
        #expect(column.values == example.read)
    }

    static let broken: [Case] = [
        ("INTEGER", ["1", "'abc'"], "VARCHAR", ["1", "abc"]), ("INTEGER", ["1", "1.5"], "VARCHAR", ["1", "1.5"]),
        ("BOOLEAN", ["'t'", "'f'"], "VARCHAR", ["t", "f"]), ("REAL", ["1.5", "'n/a'"], "VARCHAR", ["1.5", "n/a"]),
        ("INTEGER", ["1", "x'01'"], "BLOB", ["1", #"\x01"#]), ("DATE", ["'21/11/2026'"], "VARCHAR", ["21/11/2026"]),
        ("DATE", ["'2026-11-21 10:11:12'"], "TIMESTAMP", ["2026-11-21 10:11:12"]),
        ("DATETIME", ["'2026-11-21 10:11:12'", "''"], "VARCHAR", ["2026-11-21 10:11:12", ""]),
        ("DATETIME", ["2460000.5"], "VARCHAR", ["2460000.5"]),
        ("DATETIME", ["1732147200123000"], "VARCHAR", ["1732147200123000"]),
        ("TEXT", ["CAST(x'61ff' AS TEXT)"], "BLOB", [#"a\xFF"#]), ("TEXT", ["x'61'"], "BLOB", ["a"]),
        ("POINT", ["'1,2'"], "VARCHAR", ["1,2"]),
    ]

    @Test(arguments: broken)
    func `a value that breaks its column's promise is neither lost nor bent, and the column says so`(
        _ example: Case
    ) throws {
        let source = try SQLiteFixture("CREATE TABLE t (x \(example.declared))")
        for value in example.values { try source.run(["INSERT INTO t VALUES (\(value))"]) }
        let column = try source.column()
        #expect(column.type == example.type)
        #expect(column.values == example.read)
        #expect(column.notes.count == 1 && column.notes[0].hasPrefix("t.x: "))
        #expect(column.notes[0].hasSuffix("so it was read as \(example.type)"))
    }

    @Test func `a time with an offset is the same moment in UTC`() throws {
        let source = try SQLiteFixture(
            "CREATE TABLE t (x DATETIME)",
            "INSERT INTO t VALUES ('2026-11-21T10:11:12+09:00'), ('2026-11-21T10:11:12Z'), ('2026-11-21 10:11:12')")
        let column = try source.column()
        #expect(column.type == "TIMESTAMP")
        #expect(column.values == ["2026-11-21 01:11:12", "2026-11-21 10:11:12", "2026-11-21 10:11:12"])
    }

    @Test func `one stray value leaves the other columns as they were declared`() throws {
        let source = try SQLiteFixture(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, age INTEGER, name TEXT, \"odd name\" REAL)",
            "INSERT INTO users VALUES (1, 30, 'a', 1.5), (2, '', 'b', 2), (3, 31, NULL, NULL)")
        let outcome = try source.extract(["users"])
        #expect(
            outcome.files["users"]?.columns == [
                Column(name: "id", type: "BIGINT"), Column(name: "age", type: "VARCHAR"),
                Column(name: "name", type: "VARCHAR"), Column(name: "odd name", type: "DOUBLE"),
            ])
        #expect(outcome.notes == ["users.age: 1 of 3 values are no BIGINT, so it was read as VARCHAR"])
    }

    @Test func `equal content gives equal files, whatever order it was inserted in`() throws {
        let source = try SQLiteFixture(
            "CREATE TABLE a (k TEXT PRIMARY KEY, v INTEGER)",
            "CREATE TABLE b (k TEXT PRIMARY KEY, v INTEGER) WITHOUT ROWID",
            "CREATE VIEW c AS SELECT v FROM a",
            "INSERT INTO a VALUES ('x', 1), ('y', 2)", "INSERT INTO b VALUES ('x', 1), ('y', 2)")
        let tables = ["a", "b", "c"]
        let first = try source.extract(tables).files.mapValues(\.content)
        try source.run(["DELETE FROM a", "INSERT INTO a VALUES ('y', 2), ('x', 1)", "VACUUM"])
        #expect(try source.extract(tables).files.mapValues(\.content) == first)
        try source.run(["UPDATE a SET v = 3 WHERE k = 'x'"])
        let changed = try source.extract(tables).files.mapValues(\.content)
        #expect(changed["a"] != first["a"] && changed["b"] == first["b"] && changed["c"] != first["c"])
    }

    @Test func `generated columns and quotes in names come along`() throws {
        let source = try SQLiteFixture(
            #"CREATE TABLE "it's ""odd""" ("a ""b""" INTEGER, twice INTEGER AS ("a ""b""" * 2))"#,
            #"INSERT INTO "it's ""odd""" VALUES (21)"#)
        let outcome = try source.extract([#"it's "odd""#])
        let file = try #require(outcome.files.values.first)
        #expect(file.columns.map(\.name) == [#"a "b""#, "twice"])
        #expect(try source.session().rows("FROM '\(file.path)'").rows == [["21", "42"]])
    }

    @Test func `the whole of Chinook has the counts, sums and lengths that SQLite has`() throws {
        let chinook = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../EndToEndTests/RealData/Chinook_Sqlite.sqlite").standardized.path
        let source = try SQLiteFixture()
        let database = try SQLiteConnection(chinook, patience: .seconds(10))
        let tables = try database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map {
            $0[0] ?? ""
        }
        #expect(tables.count == 11)
        let outcome = try source.extract(tables, from: chinook)
        #expect(outcome.notes.isEmpty)
        let session = try source.session()
        for table in tables {
            let file = try #require(outcome.files[table])
            let columns = file.columns.map { SQLText.identifier($0.name) }
            let sums = file.columns.map { column in
                let name = SQLText.identifier(column.name)
                switch column.type {
                case "BIGINT": return "CAST(sum(\(name)) AS BIGINT)"
                case "DOUBLE": return "CAST(round(sum(\(name)) * 100) AS BIGINT)"
                default: return "sum(length(CAST(\(name) AS TEXT)))"
                }
            }
            let counts = columns.map { "count(\($0))" } + ["count(*)"]
            let select = "SELECT \((sums + counts).joined(separator: ", ")) FROM "
            let expected = try database.rows(select + SQLText.identifier(table))
            #expect(try session.rows(select + "'\(file.path)'").rows == expected, "\(table)")
        }
    }

    @Test func `all tables are of one moment, beside a program that writes`() throws {
        let source = try SQLiteFixture(
            "PRAGMA journal_mode = WAL", "CREATE TABLE a (n INTEGER)", "CREATE TABLE b (n INTEGER)",
            "INSERT INTO a VALUES (0)", "INSERT INTO b VALUES (0)")
        // Another process: SQLite's locks are between processes.
        let script = String(
            repeating: "BEGIN; UPDATE a SET n = n + 1; UPDATE b SET n = n + 1; COMMIT;\n", count: 200_000)
        try source.home.write(script, to: "writes.sql")
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        writer.arguments = [source.path, ".read \(source.home("writes.sql"))"]
        try writer.run()
        defer { writer.terminate() }
        var seen: Set<String> = []
        let session = try source.session()
        for _ in 0..<20 {
            let outcome = try source.extract(["a", "b"])
            let values = try ["a", "b"].map { table in
                try session.value("SELECT n FROM '\(try #require(outcome.files[table]).path)'") ?? ""
            }
            #expect(values[0] == values[1])
            seen.insert(values[0])
        }
        #expect(seen.count > 1, "the writer did not write meanwhile")
    }

    @Test func `a source that isn't there, and a table that isn't there, say so and what was meant`() throws {
        let source = try SQLiteFixture("CREATE TABLE companies (id INTEGER)")
        let noTable = #expect(throws: WorkFailure.self) { try source.extract(["companys"]) }
        #expect(noTable?.name == .extractFailed)
        #expect(noTable?.message == "no table companys in \(source.path); did you mean companies?")
        let absent = source.home("none.db")
        let noFile = #expect(throws: WorkFailure.self) { try source.extract(["companies"], from: absent) }
        #expect(noFile?.message == "there is no database at \(absent): look at the extract's 'from'")
        try source.home.write(String(repeating: "not a database ", count: 1000), to: "text.db")
        let text = source.home("text.db")
        let noDatabase = #expect(throws: WorkFailure.self) { try source.extract(["companies"], from: text) }
        #expect(noDatabase?.message == "\(text) is no SQLite database, or it is damaged")
    }

    @Test func `a table is found whatever the case of its name`() throws {
        let source = try SQLiteFixture("CREATE TABLE Companies (id INTEGER)")
        #expect(try source.extract(["companies"]).files.keys.sorted() == ["companies"])
    }

    @Test func `MySQL is refused in words`() throws {
        let source = try SQLiteFixture()
        let statement = ExtractStatement(
            kind: "mysql", location: "mysql://u:secret@h/d", tables: ["t"], outputDirectory: source.home("out"))
        let failure = #expect(throws: WorkFailure.self) {
            try statement.perform(in: try source.session(), context: source.context)
        }
        #expect(failure?.message.contains("can't read mysql yet") == true)
        #expect(failure?.message.contains("secret") == false)
    }

    @Test func `a PostgreSQL server that isn't there is told without the password`() throws {
        let source = try SQLiteFixture()
        let statement = ExtractStatement(
            kind: "postgres", location: "postgres://weir:hunter2@127.0.0.1:1/app", tables: ["t"],
            outputDirectory: source.home("out"))
        let failure = #expect(throws: WorkFailure.self) {
            try statement.perform(in: try source.session(), context: source.context)
        }
        #expect(failure?.message.hasPrefix("can't reach postgres://…: ") == true)
        #expect(failure?.message.contains("hunter2") == false)
    }
}
