import Flow
import Foundation
import Lake
import Store
import Synchronization

/// The engine's workflows over a store of their own, with steps that succeed at once: what is left is their decisions
/// and their transactions, each durable (`synchronous=FULL`) before the next step starts.
final class Rehearsal {
    let folder: String
    let store: Store
    let workflows: Workflows
    private let beginnings: Beginnings

    /// When each step was begun, in the order in which they were.
    private final class Beginnings: Sendable {
        let moments = Mutex<[ContinuousClock.Instant]>([])
    }

    /// Throws `BenchFailure`, `StoreError`.
    init(_ definitions: [WorkflowDefinition]) async throws {
        let folder = NSTemporaryDirectory() + "weir-bench-" + UUID().uuidString.prefix(8).lowercased()
        self.folder = folder
        let objects = ObjectFolder(root: folder + "/lake")
        try objects.prepare()
        let store = try Store.openForWriting(folder + "/weir.db")
        self.store = store
        let beginnings = Beginnings()
        self.beginnings = beginnings
        // Runs have steps at work four times as often as there are slots: there is room for the parallel chains.
        let slots = 25
        let workers = Workers(
            Workers.Settings(
                slots: slots, memory: 1_000_000_000, executable: try BenchEngine.weir(), directory: folder + "/workers")
        )
        workflows = try await Workflows(
            project: Project(
                name: "bench", directory: folder, timeZone: "UTC", lakeRoot: objects.root,
                engine: EngineSettings(slots: slots, memory: nil, scanLimit: nil, host: "127.0.0.1", port: 0),
                streams: [], extracts: [], crawlers: [], workflows: definitions,
                backfill: BackfillSettings(parallel: 1, attempts: 1), alerts: [], text: "", hash: ""),
            services: FlowServices(
                store: store, folder: objects, workers: workers, crawler: Crawler(folder: objects, store: store),
                extractor: Extractor(folder: objects, store: store, workers: workers),
                loader: Loader(folder: objects, store: store, workers: workers),
                epoch: try await store.write { try $0.beginEpoch() }, environment: [:]),
            rehearsal: { _ in beginnings.moments.withLock { $0.append(.now) } })
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Works for as long as the body does.
    func working<Result: Sendable>(_ body: @escaping @Sendable (Workflows, Store) async throws -> Result) async throws
        -> Result
    {
        let (workflows, store) = (workflows, store)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await workflows.run()
                return nil
            }
            group.addTask { try await body(workflows, store) }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let next { return next }
            }
            throw CancellationError()
        }
    }

    var begun: [ContinuousClock.Instant] { beginnings.moments.withLock { $0 } }

    /// A workflow of steps that follow each other.
    static func chain(_ name: String, steps: Int, each: Granularity?, on trigger: Trigger? = nil) -> WorkflowDefinition
    {
        let names = (0..<steps).map { "step_\($0)" }
        return WorkflowDefinition(
            name: name, trigger: trigger, each: each, settle: .zero, parameters: [], deadline: nil,
            steps: zip(names, [nil] + names.map(Optional.some)).map { name, needed in
                StepDefinition(
                    name: name, work: .run(["true"]), needs: needed.map { [$0] } ?? [], timeout: nil, retry: [],
                    catches: [], onlyByCatch: false, when: nil)
            })
    }
}
