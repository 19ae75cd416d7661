import DuckDB
import Foundation
import TestSupport
import Testing

@testable import Lake

@Suite struct SQLiteLoadTests {
    let target: SQLiteFixture
    let day = "2026-11-21"

    init() throws { target = try SQLiteFixture() }

    /// Writes rows as the only object of a partition, and a statement that loads it.
    private func statement(
        _ select: String, table: String = "engagement", mode: LoadWork.Mode = .replace, interval: String = "2026-11-21",
        keys: [String] = ["dt"], batch: String = "b1", generation: Int64 = 1
    ) throws -> LoadStatement {
        let partition = Interval(interval)?.partition ?? ""
        let folder = target.home("lake/" + partition)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = "\(folder)/\(UUID().uuidString).parquet"
        try target.session().execute("COPY (\(select)) TO '\(file)' (FORMAT parquet)")
        let columns = try ParquetFooter.read(file).columns
        let pinned = PinnedTable(
            name: try TableName("mart.engagement"), columns: columns, keys: keys, files: [file], bytes: 1, inputs: [])
        return LoadStatement(
            kind: "sqlite", location: target.path, table: table, mode: mode, interval: interval, source: pinned,
            batch: batch, generation: generation)
    }

    @discardableResult
    private func load(_ statement: LoadStatement) throws -> LoadOutcome {
        // A worker's folder is emptied after each statement.
        try? FileManager.default.removeItem(atPath: target.home("spill/staged.sqlite"))
        return try statement.perform(in: try target.session(), context: target.context)
    }

    private func failure(_ statement: LoadStatement) -> WorkFailure? {
        #expect(throws: WorkFailure.self) { try load(statement) }
    }

    @Test func `a first load makes the table, its rows and the ledger`() throws {
        let outcome = try load(try statement("SELECT 7 AS company_id, 0.5 AS score, 'x' AS label"))
        #expect(outcome == LoadOutcome(rows: 1, alreadyLoaded: false))
        #expect(try target.rows("SELECT * FROM engagement") == [["7", "0.5", "x", day]])
        let ledger = try target.rows("SELECT target, interval, batch_id, generation, rows FROM weir_loads")
        #expect(ledger == [["engagement", day, "b1", "1", "1"]])
    }

    @Test func `each type arrives as SQLite keeps it`() throws {
        try load(
            try statement(
                """
                SELECT true AS a, 12.50::DECIMAL(10,2) AS b, 3::HUGEINT AS c, DATE '2026-01-02' AS d,
                    TIMESTAMP '2026-01-02 03:04:05.5' AS e, TIMESTAMPTZ '2026-01-02 03:04:05+09' AS f, 'ab'::BLOB AS g,
                    [1, 2] AS h, NULL::VARCHAR AS i, 0.1::DOUBLE + 0.2 AS j
                """))
        #expect(
            try target.rows("SELECT a, b, c, d, e, f, hex(g), h, i, j = 0.1 + 0.2 FROM engagement") == [
                [
                    "1", "12.5", "3.0", "2026-01-02", "2026-01-02 03:04:05.5", "2026-01-01 18:04:05", "6162", "[1, 2]",
                    nil, "1",
                ]
            ])
        let types = try target.rows("SELECT group_concat(type) FROM pragma_table_info('engagement')")[0][0]
        #expect(types == "BOOLEAN,REAL,REAL,DATE,TIMESTAMP,TIMESTAMP,BLOB,TEXT,TEXT,REAL,DATE")
    }

    @Test func `the same batch is loaded once`() throws {
        let once = try statement("SELECT 7 AS company_id")
        try load(once)
        try target.run(["UPDATE engagement SET company_id = 8"])
        #expect(try load(once) == LoadOutcome(rows: 1, alreadyLoaded: true))
        #expect(try target.rows("SELECT company_id FROM engagement") == [["8"]])
    }

    @Test func `a newer version replaces the interval's rows and no others`() throws {
        try load(try statement("SELECT range AS n FROM range(3)", interval: "2026-11-20", batch: "other"))
        try load(try statement("SELECT range AS n FROM range(5)"))
        let second = try load(try statement("SELECT 9 AS n", batch: "b2", generation: 2))
        #expect(second == LoadOutcome(rows: 1, alreadyLoaded: false))
        #expect(
            try target.rows("SELECT dt, count(*), sum(n) FROM engagement GROUP BY 1 ORDER BY 1") == [
                ["2026-11-20", "3", "3"], ["2026-11-21", "1", "9"],
            ])
    }

    @Test func `an older version is refused, also when it comes late`() throws {
        try load(try statement("SELECT 1 AS n", batch: "b2", generation: 2))
        let late = failure(try statement("SELECT 0 AS n", batch: "b1", generation: 1))
        #expect(late?.name == .loadFailed)
        #expect(late?.message.contains("already has a newer version of mart.engagement 2026-11-21") == true)
        #expect(try target.rows("SELECT n FROM engagement") == [["1"]])
    }

    @Test func `after an undo the version in between is refused, though the content is that of before`() throws {
        try load(try statement("SELECT 1 AS n", batch: "b1", generation: 1))
        #expect(try load(try statement("SELECT 1 AS n", batch: "b1", generation: 3)).alreadyLoaded)
        #expect(failure(try statement("SELECT 2 AS n", batch: "b2", generation: 2))?.name == .loadFailed)
    }

    @Test func `an interval that became empty has no rows left`() throws {
        try load(try statement("SELECT 1 AS n"))
        var empty = try statement("SELECT 1 AS n", batch: "b2", generation: 2)
        empty.source.files = []
        #expect(try load(empty) == LoadOutcome(rows: 0, alreadyLoaded: false))
        #expect(try target.rows("SELECT count(*) FROM engagement") == [["0"]])
    }

    @Test func `hours replace their own rows`() throws {
        let keys = ["dt", "hour"]
        try load(try statement("SELECT 1 AS n", interval: "\(day)T05", keys: keys))
        try load(try statement("SELECT 2 AS n", interval: "\(day)T06", keys: keys))
        try load(try statement("SELECT 3 AS n", interval: "\(day)T05", keys: keys, batch: "b2", generation: 2))
        #expect(try target.rows("SELECT hour, n FROM engagement ORDER BY hour") == [["5", "3"], ["6", "2"]])
    }

    @Test func `a table without partitions is replaced whole`() throws {
        try load(try statement("SELECT range AS n FROM range(3)", interval: "", keys: []))
        try load(try statement("SELECT 7 AS n", interval: "", keys: [], batch: "b2", generation: 2))
        #expect(try target.rows("SELECT n FROM engagement") == [["7"]])
    }

    @Test func `upsert changes rows with the key and keeps the rest`() throws {
        let mode = LoadWork.Mode.upsert(key: ["id"])
        try load(try statement("SELECT 1 AS id, 'a' AS v UNION ALL SELECT 2, 'b'", mode: mode))
        let second = try load(
            try statement(
                "SELECT 2 AS id, 'B' AS v UNION ALL SELECT 3, 'c'", mode: mode, interval: "2026-11-22", batch: "b2"))
        #expect(second.rows == 2)
        #expect(
            try target.rows("SELECT id, v, dt FROM engagement ORDER BY id") == [
                ["1", "a", day], ["2", "B", "2026-11-22"], ["3", "c", "2026-11-22"],
            ])
    }

    @Test func `upsert into a table without a unique index says which to make`() throws {
        try target.run(["CREATE TABLE engagement (id INTEGER, v TEXT, dt DATE)"])
        let mode = LoadWork.Mode.upsert(key: ["id"])
        let refused = failure(try statement("SELECT 1 AS id, 'a' AS v", mode: mode))
        #expect(refused?.message.contains("has no unique index on its key") == true)
        let index = #"CREATE UNIQUE INDEX "engagement_by_id" ON "engagement" ("id");"#
        #expect(refused?.message.contains(index) == true)
        // What it says works.
        try target.run([index])
        #expect(try load(try statement("SELECT 1 AS id, 'a' AS v", mode: mode)).rows == 1)
    }

    @Test func `upsert refuses keys that are NULL, double or absent`() throws {
        let mode = LoadWork.Mode.upsert(key: ["id"])
        let null = failure(try statement("SELECT NULL::INTEGER AS id, 'a' AS v", mode: mode))
        #expect(null?.message == "the key (id) is NULL in 1 of the rows")
        let double = failure(try statement("SELECT 1 AS id, unnest(['a', 'b']) AS v", mode: mode))
        #expect(double?.message == "several rows have the key (id) = (1): none can be chosen")
        let absent = failure(try statement("SELECT 1 AS n", mode: mode))
        #expect(absent?.message == "the key id is no column of mart.engagement")
        #expect(try target.rows("SELECT count(*) FROM sqlite_schema") == [["0"]])
    }

    @Test func `new columns are added to the table`() throws {
        try target.run([
            "CREATE TABLE engagement (dt DATE, N INTEGER)", "INSERT INTO engagement VALUES ('2026-11-20', 1)",
        ])
        try load(try statement("SELECT 5 AS n, 'x' AS label, 1.5::DOUBLE AS score"))
        #expect(
            try target.rows("SELECT dt, N, label, score FROM engagement ORDER BY dt") == [
                ["2026-11-20", "1", nil, nil], [day, "5", "x", "1.5"],
            ])
    }

    @Test func `replace into a table that can't tell the interval is refused with what to do`() throws {
        try target.run(["CREATE TABLE engagement (n INTEGER)", "INSERT INTO engagement VALUES (1)"])
        let refused = failure(try statement("SELECT 5 AS n"))
        #expect(refused?.message.contains("has no column dt, by which 'mode: replace' finds") == true)
        #expect(try target.rows("SELECT n FROM engagement") == [["1"]])
    }

    @Test func `a constraint of the table refuses all rows and keeps the old ones`() throws {
        try load(try statement("SELECT 1 AS n"))
        try target.run(["CREATE UNIQUE INDEX once ON engagement (n)"])
        let refused = failure(try statement("SELECT unnest([2, 2]) AS n", batch: "b2", generation: 2))
        #expect(
            refused?.message
                == "engagement refuses the rows: UNIQUE constraint failed: engagement.n: nothing was loaded")
        #expect(try target.rows("SELECT n FROM engagement") == [["1"]])
        #expect(try target.rows("SELECT batch_id FROM weir_loads") == [["b1"]])
    }

    @Test func `a database that another program keeps locked is waited for, then told`() throws {
        let locker = Process()
        let input = Pipe()
        let output = Pipe()
        locker.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        locker.arguments = [target.path]
        locker.standardInput = input
        locker.standardOutput = output
        try locker.run()
        defer { locker.terminate() }
        try input.fileHandleForWriting.write(contentsOf: Data("BEGIN EXCLUSIVE; SELECT 'held';\n".utf8))
        #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
        let load = SQLiteLoad(try statement("SELECT 1 AS n"), target.context, patience: .milliseconds(200))
        let locked = #expect(throws: WorkFailure.self) { try load.perform(in: try target.session()) }
        #expect(locked?.name == .loadUnreachable)
        #expect(locked?.message == "\(target.path) was locked by another program for 0.2 s: nothing was loaded")

        try input.fileHandleForWriting.write(contentsOf: Data("COMMIT; SELECT 'free';\n".utf8))
        #expect(output.fileHandleForReading.availableData == Data("free\n".utf8))
        #expect(try self.load(try statement("SELECT 1 AS n")).rows == 1)
    }

    @Test func `a missing folder, a folder in the file's place and a file of text are told apart`() throws {
        var nowhere = try statement("SELECT 1 AS n")
        nowhere.location = target.home("none/analytics.db")
        #expect(failure(nowhere)?.name == .loadUnreachable)
        #expect(failure(nowhere)?.message.hasPrefix("there is no folder \(target.home("none"))") == true)

        var folder = try statement("SELECT 1 AS n")
        folder.location = target.home("out")
        #expect(failure(folder)?.name == .loadUnreachable)
        #expect(failure(folder)?.message == "can't open \(target.home("out")): unable to open database file")

        try target.home.write(String(repeating: "text ", count: 1000), to: "text.db")
        var text = try statement("SELECT 1 AS n")
        text.location = target.home("text.db")
        #expect(failure(text)?.message == "\(target.home("text.db")) is no SQLite database, or it is damaged")
    }

    @Test func `a file that can't be written is unreachable`() throws {
        // The tests may run as root, whom no mode stops: this is what SQLite says to others.
        let load = SQLiteLoad(try statement("SELECT 1 AS n"), target.context)
        let failure = load.explained(SQLiteFailure(code: 8, message: "attempt to write a readonly database"))
        #expect(failure.name == .loadUnreachable)
        #expect(failure.message == "\(target.path) can't be written: attempt to write a readonly database")
    }

    @Test func `other databases are refused in words`() throws {
        var other = try statement("SELECT 1 AS n")
        other.kind = "mysql"
        #expect(failure(other)?.message.contains("can't write to mysql yet") == true)
    }
}
