import Foundation
import Lake
import Store
import Synchronization
import TestSupport
import Testing

@testable import Flow

/// A project in a folder of its own, whose engine can be started, dropped and started again.
final class Site: Sendable {
    let folder = TemporaryDirectory()
    let store: Store
    let objects: ObjectFolder
    /// The engine's clocks; tests that wait for nothing move them by hand.
    let clock = HandClock()

    init() throws {
        store = try Store.openForWriting(folder("weir.db"))
        objects = ObjectFolder(root: folder("lake"))
        try objects.prepare()
    }

    func project(
        _ workflows: [WorkflowDefinition], crawlers: [CrawlerDefinition] = [], extracts: [ExtractDefinition] = [],
        scanLimit: Int64? = nil, attempts: Int = 3
    ) -> Project {
        Project(
            name: "site", directory: folder.path, timeZone: "UTC", lakeRoot: folder("lake"),
            engine: EngineSettings(slots: 2, memory: nil, scanLimit: scanLimit, host: "127.0.0.1", port: 0),
            streams: [],
            extracts: extracts, crawlers: crawlers, workflows: workflows,
            backfill: BackfillSettings(parallel: 2, attempts: attempts), alerts: [], text: "", hash: "")
    }

    /// A new engine's workflows: the epoch rises, and what an older one left is taken up.
    func start(_ project: Project, byHand: Bool = false) async throws -> Workflows {
        let epoch = try await store.write { try $0.beginEpoch() }
        let workers = Workers(
            Workers.Settings(
                slots: 2, memory: 1_000_000_000, executable: EngineUnderTest.executable, directory: folder("workers")))
        return try await Workflows(
            project: project,
            services: FlowServices(
                store: store, folder: objects, workers: workers, crawler: Crawler(folder: objects, store: store),
                extractor: Extractor(folder: objects, store: store, workers: workers),
                loader: Loader(folder: objects, store: store, workers: workers), epoch: epoch,
                environment: ProcessInfo.processInfo.environment),
            time: byHand ? clock.timekeeper : .system)
    }

    /// Works for as long as the body does, with worker processes where steps need them.
    func working<Result: Sendable>(
        _ workflows: Workflows, workers: Bool = false, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            if workers {
                group.addTask {
                    try? await workflows.services.workers.run()
                    return nil
                }
            }
            group.addTask {
                do {
                    try await workflows.run()
                } catch  where !Task.isCancelled {
                    Issue.record("the workflows ended: \(error)")
                } catch {}
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let next { return next }
            }
            throw CancellationError()
        }
    }

    // What the store says.

    func run(_ id: Int64) async throws -> StoredRun? {
        try await store.read { try StoredRun.load(id, DefinitionShelf(), $0) }
    }

    func state(of id: Int64) async throws -> RunState? { try await run(id)?.state }

    func ended(_ id: Int64) async throws -> Bool {
        try await eventually { try await self.state(of: id)?.isTerminal == true }
    }

    /// `step #number state error`, in the order in which they started.
    func attempts(of id: Int64) async throws -> [String] {
        try await store.read { reading in
            try reading.rows(
                "SELECT step, number, state, error FROM attempts WHERE run = ? ORDER BY id", [.integer(id)]
            )
            .map { row in
                "\(row.text("step")) #\(row.integer("number")) \(row.text("state"))"
                    + (row.optionalText("error").map { " \($0)" } ?? "")
            }
        }
    }

    func runs(where condition: String = "true") async throws -> [String] {
        try await store.read { reading in
            try reading.rows(
                "SELECT workflow, interval, state, reason, events FROM runs WHERE \(condition) ORDER BY id"
            ).map {
                "\($0.text("workflow")) \($0.optionalText("interval") ?? "-") \($0.text("state")): \($0.text("reason"))"
            }
        }
    }

    func events(_ kind: String) async throws -> [StoredEvent] {
        try await store.read { try $0.events(after: 0, limit: 10_000) }.filter { $0.kind == kind }
    }

    func tell(_ kind: String, _ subject: String, _ interval: String? = nil) async throws {
        try await store.write { writing in
            try writing.append(kind: kind, subject: subject, interval: interval, payload: "{}", at: 0)
        }
    }

    /// Writes a shell script for a `run:` step.
    func script(_ name: String, _ text: String) throws {
        try folder.write("#!/bin/sh\n" + text + "\n", to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder(name))
    }
}

/// A clock that stands still until it is moved.
final class HandClock: Sendable {
    private let milliseconds = Mutex<Int64>(0)

    func advance(by duration: Duration) { milliseconds.withLock { $0 += duration.inMilliseconds } }

    var timekeeper: Timekeeper {
        Timekeeper(
            wall: { [self] in 1_800_000_000_000 + milliseconds.withLock { $0 } },
            monotonic: { [self] in milliseconds.withLock { $0 } })
    }
}
