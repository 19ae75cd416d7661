import DuckDB
import Foundation
import Lake
import Store
import Synchronization
import TestSupport

@testable import Flow

extension Site {
    /// Writes a Parquet file with DuckDB and publishes it as a partition.
    func publish(
        _ table: String, _ partition: String, _ sql: String, kind: TableKind = .stream,
        mode: StagedPartition.Mode = .replace
    ) async throws {
        let name = try TableName(table)
        let attempt = UUID().uuidString
        let objects = objects
        let placed = try await BlockingQueue("site").run {
            let path = try objects.stage(attempt) + "/file.parquet"
            defer { objects.removeStage(attempt) }
            try Session(Self.session).execute("COPY (\(sql)) TO '\(path)' (FORMAT parquet)")
            return try objects.place(try StagedFile.finishing(path), table: name, partition: partition)
        }
        try await store.write { writing in
            _ = try writing.publish(
                StagedPartition(
                    table: name, kind: kind, partition: partition, objects: [placed], mode: mode, origin: "a test"),
                at: 1)
        }
    }

    /// The rows of a table as the manifest has it now, as text, in the order of its files.
    func rows(_ table: String, _ columns: String = "*", _ window: Window = .whole) async throws -> [[String?]] {
        let name = try TableName(table)
        let objects = objects
        let files = try await store.read { try $0.pin(name, window, in: objects).files }
        guard !files.isEmpty else { return [] }
        let list = files.map { "'\($0)'" }.joined(separator: ", ")
        return try await BlockingQueue("site").run {
            try Session(Self.session).rows("SELECT \(columns) FROM read_parquet([\(list)])", [:]).rows
        }
    }

    /// The files of a table's partitions as the manifest names them: what is byte-identical keeps its name.
    func files(_ table: String) async throws -> [String] {
        let name = try TableName(table)
        let objects = objects
        return try await store.read { try $0.pin(name, .whole, in: objects).files }
    }

    private static let session = Session.Configuration(threads: 1, memory: nil, temporaryDirectory: nil)

    /// Runs statements in an SQLite database of another program.
    func sqlite(_ name: String, _ sql: String) throws {
        try shell("sqlite3 \"$0\" \"$1\"", folder(name), sql)
    }

    func sqliteCount(_ name: String, _ sql: String) throws -> Int {
        Int(try shell("sqlite3 -readonly \"$0\" \"$1\"", folder(name), sql)) ?? -1
    }

    @discardableResult
    private func shell(_ command: String, _ arguments: String...) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command] + arguments
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension StepDefinition {
    /// A query over a file of its own name.
    static func query(
        _ name: String, _ sql: String, into table: String, reads: [String: ClosedRange<Int>] = [:],
        needs: [String] = [], checks: [Check] = [], retry: [Retrier] = []
    ) throws -> StepDefinition {
        var windows: [TableName: ClosedRange<Int>] = [:]
        for (table, range) in reads { windows[try TableName(table)] = range }
        let work = QueryWork(
            file: "sql/\(name).sql", sql: sql, into: try TableName(table), reads: windows, checks: checks)
        return StepDefinition(name, work: .query(work), needs: needs, retry: retry)
    }

    init(_ name: String, work: StepWork, needs: [String] = [], retry: [Retrier] = []) {
        self.init(
            name: name, work: work, needs: needs, timeout: nil, retry: retry, catches: [], onlyByCatch: false, when: nil
        )
    }
}

/// The workers' pids, as they start.
final class Pids: Sendable {
    private let started = Mutex<[Int32]>([])
    var all: [Int32] { started.withLock { $0 } }
    func add(_ process: Int32) { started.withLock { $0.append(process) } }
}
