import DuckDB
import Foundation
import Store
import TestSupport

@testable import Lake

/// A project with streams in a folder of its own. Its engine can end and start again over what is on disk.
struct StreamSite: Sendable {
    let folder = TemporaryDirectory()
    let objects: ObjectFolder
    private(set) var store: Store

    init() throws {
        store = try Store.openForWriting(folder("weir.db"))
        objects = ObjectFolder(root: folder("lake"))
        try objects.prepare()
    }

    /// The same folder, with another store.
    func over(_ store: Store) -> StreamSite {
        var site = self
        site.store = store
        return site
    }

    /// A stream that delivers only when it is told to, but for other settings.
    static func stream(
        _ name: String = "log", format: RecordFormat = .json, time: String? = "ts", partition: Granularity = .day,
        size: Int64 = 64_000_000, interval: Duration = .seconds(900), dedupe: String? = nil, http: Bool = true,
        tail: TailSettings? = nil
    ) throws -> StreamDefinition {
        StreamDefinition(
            name: name, into: try TableName("raw.\(name)"), format: format, time: time, partition: partition,
            bufferSize: size, bufferInterval: interval, dedupe: dedupe, http: http, tail: tail)
    }

    /// Its days are Tokyo's.
    func project(_ streams: [StreamDefinition]) -> Project {
        Project(
            name: "site", directory: folder.path, timeZone: "Asia/Tokyo", lakeRoot: objects.root,
            engine: EngineSettings(slots: 1, memory: nil, scanLimit: nil, host: "127.0.0.1", port: 0),
            streams: streams, extracts: [], crawlers: [], workflows: [],
            backfill: BackfillSettings(parallel: 1, attempts: 1), alerts: [], text: "", hash: "")
    }

    /// Starts as an engine does, with a worker process, and ends all of it after the body as a kill would: nothing is
    /// flushed. `delivering`: by size and interval too.
    func running<Result: Sendable>(
        _ definitions: StreamDefinition..., delivering: Bool = false,
        _ body: @Sendable (Streams) async throws -> Result
    ) async throws -> Result {
        try await PublicTree(folder: objects, store: store).recover()
        let workers = Workers(
            Workers.Settings(
                slots: 1, memory: 300_000_000, executable: EngineUnderTest.executable, directory: folder("workers"),
                logDirectory: folder("log")))
        let streams = try await Streams(
            project: project(definitions), store: store, folder: objects, workers: workers)
        return try await withThrowingTaskGroup { group in
            group.addTask { try await workers.run() }
            if delivering { group.addTask { try await streams.run() } }
            defer { group.cancelAll() }
            return try await body(streams)
        }
    }

    /// A query over a table's objects as the manifest names them now; `FROM` is added. The partition is `dt`.
    func rows(_ table: String, _ select: String, _ rest: String = "") async throws -> [[String?]] {
        let (name, objects) = (try TableName(table), objects)
        let files = try await store.read { try $0.pin(name, .whole, in: objects).files }
        let list = files.map { "'\($0)'" }.joined(separator: ", ")
        return try await BlockingQueue("site").run {
            try Session(.init(threads: 1, memory: nil, temporaryDirectory: nil)).rows(
                """
                SELECT \(select) FROM read_parquet([\(list)], hive_partitioning = true, hive_types = {dt: DATE},
                    union_by_name = true) \(rest)
                """, [:]
            ).rows
        }
    }

    /// The rejects that the store knows: day, reason, records, path.
    func rejects() async throws -> [Row] {
        try await store.read { try $0.rows("SELECT * FROM rejects ORDER BY id") }
    }

    /// Objects and rejects in the lake that no row names, and what is left of deliveries on their way.
    func leftovers() async throws -> [String] {
        let known = try await store.read { reading in
            try reading.rows("SELECT path FROM objects UNION ALL SELECT path FROM rejects").map { $0.text("path") }
        }
        let found = FileManager.default.enumerator(atPath: objects.root)?.compactMap { $0 as? String } ?? []
        return found.filter { path in
            path.hasPrefix(".stage/")
                || [".parquet", ".txt"].contains { path.hasSuffix($0) } && path.hasPrefix(".") && !known.contains(path)
        }
    }
}

extension Streams {
    func take(_ text: String, into stream: String = "log") async throws -> TakenRecords {
        try await take(Array(text.utf8), into: stream)
    }

    func figures(_ name: String = "log") throws -> Figures {
        guard let status = status().first(where: { $0.name == name }) else {
            throw StreamRefusal.noStream(name, nearest: nil)
        }
        return Figures(status)
    }
}

/// The five counts of a stream.
struct Figures: Hashable, Sendable {
    var received: Int64
    var delivered: Int64
    var rejected: Int64
    var duplicates: Int64
    var buffered: Int64

    init(_ status: StreamStatus) {
        self.init(
            delivered: status.delivered, rejected: status.rejected, duplicates: status.duplicates,
            buffered: status.buffered)
        received = status.received
    }

    /// What was received is the sum.
    init(delivered: Int64 = 0, rejected: Int64 = 0, duplicates: Int64 = 0, buffered: Int64 = 0) {
        self.delivered = delivered
        self.rejected = rejected
        self.duplicates = duplicates
        self.buffered = buffered
        received = delivered + rejected + duplicates + buffered
    }
}
