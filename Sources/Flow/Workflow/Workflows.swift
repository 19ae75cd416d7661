package import Lake
package import Store

/// What steps work with. Lake's services, made once by the engine.
package struct FlowServices: Sendable {
    package var store: Store
    package var folder: ObjectFolder
    package var workers: Workers
    package var crawler: Crawler
    package var extractor: Extractor
    package var loader: Loader
    /// The engine's start, which marks attempts.
    package var epoch: Int64
    /// Resolves `${NAME}` in addresses and is passed to programs.
    package var environment: [String: String]

    package init(
        store: Store, folder: ObjectFolder, workers: Workers, crawler: Crawler, extractor: Extractor, loader: Loader,
        epoch: Int64, environment: [String: String]
    ) {
        self.store = store
        self.folder = folder
        self.workers = workers
        self.crawler = crawler
        self.extractor = extractor
        self.loader = loader
        self.epoch = epoch
        self.environment = environment
    }
}

/// All workflows of a project at work: rules that start runs, runs with their steps and attempts, backfills.
package final class Workflows: Sendable {
    /// Ends attempts of older epochs as `Engine.Restarted` and takes up active runs and backfills. Nothing starts
    /// before `run()`.
    package init(project: Project, services: FlowServices) async throws { fatalError("contract") }

    /// Reads the event log, starts crawls and runs, moves them on, until cancelled. Cancellation stops all steps.
    package func run() async throws { fatalError("contract") }

    /// Each throws `Refusal` when it can't be done.
    package func start(workflow: String, interval: Interval?, parameters: [String: ParameterValue], reason: String)
        async throws -> Int64
    { fatalError("contract") }
    package func retry(run: Int64, step: String?, downstream: Bool) async throws -> String { fatalError("contract") }
    package func cancel(run: Int64) async throws -> String { fatalError("contract") }
    package func pause(workflow: String) async throws { fatalError("contract") }
    package func resume(workflow: String) async throws { fatalError("contract") }
    package func crawl(_ name: String?) async throws -> String { fatalError("contract") }
    package func extract(_ name: String?) async throws -> String { fatalError("contract") }
    package func plan(_ request: BackfillRequest) async throws -> BackfillPlan { fatalError("contract") }
    package func backfill(_ request: BackfillRequest) async throws -> Int64 { fatalError("contract") }
    package func change(backfill: Int64, _ change: BackfillChange) async throws -> String { fatalError("contract") }

    /// Swaps the definitions. Runs keep the one that they started with.
    package func apply(_ project: Project) async throws { fatalError("contract") }

    /// Steps that wait for a slot or run, with their progress.
    package func liveSteps() -> [LiveStep] { fatalError("contract") }

    /// Returns when no event is unread and no crawl, run or backfill is active. Runs that wait for quiet start now.
    package func drain() async throws { fatalError("contract") }
}
