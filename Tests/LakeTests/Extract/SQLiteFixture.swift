import DuckDB
import Foundation
import TestSupport
import Testing

@testable import Lake

/// A SQLite database in a folder of its own, with what is needed to extract from it or load into it.
struct SQLiteFixture {
    let home: TemporaryDirectory
    let path: String

    init(_ statements: String...) throws {
        home = TemporaryDirectory()
        path = home("app.db")
        for folder in ["out", "spill"] {
            try FileManager.default.createDirectory(atPath: home(folder), withIntermediateDirectories: true)
        }
        try run(statements)
    }

    func run(_ statements: [String]) throws {
        let database = try SQLiteConnection(path, patience: .seconds(10))
        for statement in statements { try database.execute(statement) }
    }

    func rows(_ sql: String) throws -> [[String?]] {
        try SQLiteConnection(path, patience: .seconds(10)).rows(sql)
    }

    var context: WorkerContext { WorkerContext(spillDirectory: home("spill")) }

    func session() throws -> Session { try Session(.init(threads: 1, memory: nil, temporaryDirectory: nil)) }

    func extract(_ tables: [String], from path: String? = nil) throws -> ExtractOutcome {
        let statement = ExtractStatement(
            kind: "sqlite", location: path ?? self.path, tables: tables, outputDirectory: home("out"))
        return try statement.perform(in: try session(), context: context)
    }

    /// Extracts a table with one column `x` and returns its type and values as DuckDB reads them from the file.
    func column(_ table: String = "t") throws -> (type: String, values: [String?], notes: [String]) {
        let outcome = try extract([table])
        let file = try #require(outcome.files[table])
        let rows = try session().rows("SELECT x FROM '\(file.path)'").rows
        return (file.columns[0].type, rows.map { $0[0] }, outcome.notes)
    }
}
