internal import DuckDB
import Foundation

/// A SQLite database that a session has attached, read only.
struct SQLiteSource {
    let session: Session
    let path: String
    private let catalog = "source"

    /// Throws `WorkFailure` when the file isn't there or is no SQLite database.
    init(_ path: String, in session: Session) throws {
        self.session = session
        self.path = path
        guard try Disk.status(path) != nil else {
            throw WorkFailure(.extractFailed, "there is no database at \(path): look at the extract's 'from'")
        }
        try session.loadExtension("sqlite_scanner")
        // Other threads would read by connections of their own, and see other moments.
        try session.execute(
            """
            SET sqlite_disable_multithreaded_scans = true;
            ATTACH \(SQLText.literal(path)) AS \(catalog) (TYPE sqlite, READ_ONLY, BUSY_TIMEOUT 10000);
            """)
    }

    /// Runs the body in one transaction: everything read in it belongs to one moment of the database.
    func atOneMoment<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            try session.execute("BEGIN")
            let result = try body()
            try session.execute("COMMIT")
            return result
        } catch let error as DuckDBError {
            throw failure(error)
        } catch let broken as BrokenPromise {
            try session.execute("ROLLBACK")
            throw broken
        }
    }

    /// Its tables and views.
    func tables() throws -> [String] {
        try query(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        )
        .compactMap { $0[0] }
    }

    func columns(of table: String) throws -> [SQLiteColumn] {
        // 1 is a hidden column of a virtual table; generated columns are 2 and 3.
        try query(
            "SELECT name, type, pk FROM pragma_table_xinfo(\(SQLText.literal(table))) WHERE hidden <> 1 ORDER BY cid"
        ).map { row in
            SQLiteColumn(name: row[0] ?? "", declared: row[1] ?? "", keyPosition: Int(row[2] ?? "") ?? 0)
        }
    }

    /// Writes a table into a Parquet file, in the order of its primary key. Returns what was read otherwise than
    /// declared, and why. Without a survey of every column's values it throws `BrokenPromise` when some value is none
    /// that its column declares; the transaction is over then.
    func copy(_ table: String, to file: String, surveying everything: Bool) throws -> [String] {
        let columns = try columns(of: table)
        let found = try survey(everything ? columns : columns.filter { !$0.isDeclared }, of: table)
        let plan = columns.map { found[$0.name]?.choose(for: $0) ?? $0.candidates[0] }
        do {
            try copy(table, columns, plan, to: file)
        } catch let error as DuckDBError where !everything && error.isAboutValues {
            throw BrokenPromise(error: error)
        }
        return zip(columns, plan).compactMap { column, reading in found[column.name]?.note(on: column, read: reading) }
    }

    /// A value is none of its column's declared type.
    struct BrokenPromise: Error {
        let error: DuckDBError
    }

    private func copy(_ table: String, _ columns: [SQLiteColumn], _ plan: [SQLiteReading], to file: String) throws {
        let read = zip(columns, plan).enumerated().map { index, pair in
            "\(pair.1.sqlite(pair.0.name)) AS c\(index)"
        }
        let cast = zip(columns, plan).enumerated().map { index, pair in
            "\(pair.1.duckDB("c\(index)")) AS \(SQLText.identifier(pair.0.name))"
        }
        let select =
            "SELECT \(read.joined(separator: ", ")) FROM \(SQLText.identifier(table)) \(try order(table, columns))"
        try session.execute(
            """
            COPY (SELECT \(cast.joined(separator: ", ")) FROM \(scan(select)))
            TO \(SQLText.literal(file)) (FORMAT parquet, COMPRESSION zstd)
            """)
    }

    /// Equal content must make equal files: rows come by primary key, else as they were inserted, and those of a view
    /// by their values.
    private func order(_ table: String, _ columns: [SQLiteColumn]) throws -> String {
        let key = columns.filter { $0.keyPosition > 0 }.sorted { $0.keyPosition < $1.keyPosition }
        if !key.isEmpty { return "ORDER BY " + key.map { SQLText.identifier($0.name) }.joined(separator: ", ") }
        let kind = try query("SELECT type FROM sqlite_schema WHERE name = \(SQLText.literal(table))").first?[0]
        if kind == "table" { return "ORDER BY rowid" }
        return "ORDER BY " + columns.indices.map { "\($0 + 1)" }.joined(separator: ", ")
    }

    /// Counts for each column how many values each way of reading refuses.
    private func survey(_ columns: [SQLiteColumn], of table: String) throws -> [String: SQLiteSurvey] {
        var found: [String: SQLiteSurvey] = [:]
        if columns.isEmpty { return found }
        // SQLite returns 2,000 columns at most.
        for start in stride(from: 0, to: columns.count, by: 400) {
            var read: [String] = []
            var count: [String] = []
            let part = columns[start..<min(start + 400, columns.count)]
            for column in part {
                for reading in column.candidates {
                    let alias = "c\(read.count)"
                    read.append("\(reading.sqlite(column.name)) AS \(alias)")
                    count.append("count(\(alias))")
                    count.append("count(\(alias)) - count(TRY(\(reading.duckDB(alias))))")
                }
            }
            let select = "SELECT \(read.joined(separator: ", ")) FROM \(SQLText.identifier(table))"
            var counts = try session.rows("SELECT \(count.joined(separator: ", ")) FROM \(scan(select))").rows[0][...]
            for column in part {
                var survey = SQLiteSurvey(values: 0, refused: [])
                for _ in column.candidates {
                    survey.values = Int(counts.removeFirst() ?? "") ?? 0
                    survey.refused.append(Int(counts.removeFirst() ?? "") ?? 0)
                }
                found[column.name] = survey
            }
        }
        return found
    }

    private func query(_ sql: String) throws -> [[String?]] { try session.rows("FROM \(scan(sql))").rows }

    private func scan(_ sql: String) -> String { "sqlite_query('\(catalog)', \(SQLText.literal(sql)))" }

    private func failure(_ error: DuckDBError) -> any Error {
        let text = error.description
        if text.contains("is not a database") || text.contains("malformed") {
            return WorkFailure(.extractFailed, "\(path) is no SQLite database, or it is damaged", detail: text)
        }
        if text.contains("database is locked") {
            return WorkFailure(
                .extractFailed, "\(path) was locked by another program for 10 s: try again when it is done",
                detail: text)
        }
        return error
    }
}

/// What the values of one column are.
struct SQLiteSurvey: Sendable, Hashable {
    /// Those that are not NULL.
    var values: Int
    /// How many of them each of the column's candidates refuses.
    var refused: [Int]

    func choose(for column: SQLiteColumn) -> SQLiteReading {
        if values == 0 { return column.whenEmpty }
        return zip(column.candidates, refused).first { $0.1 == 0 }?.0 ?? .bytes
    }

    /// `age: 3 of 1000 values are no BIGINT, so it was read as VARCHAR`
    func note(on column: SQLiteColumn, read reading: SQLiteReading) -> String? {
        guard column.isDeclared, reading != column.candidates[0], values > 0 else { return nil }
        return
            "\(column.name): \(refused[0]) of \(values) values are no \(column.candidates[0].rawValue), so it was read "
            + "as \(reading.rawValue)"
    }
}

extension DuckDBError {
    /// Whether another way of reading the values could help.
    fileprivate var isAboutValues: Bool {
        switch self {
        case .invalid, .failed: true
        case .noLibrary, .outOfMemory, .interrupted, .fatal: false
        }
    }
}
