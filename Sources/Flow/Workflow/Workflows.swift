package import Lake
package import Store
import Synchronization

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
///
/// Every change of a run is one transaction (`commit`): the machine's new value with what it tells of. What follows
/// from it (work to start, to stop, to wait for) is noted in `live` after the commit, and the loop in `run` acts on it.
package final class Workflows: Sendable {
    let services: FlowServices
    let time: Timekeeper
    let runs: Runs
    let executor: StepExecutor
    let planner: BackfillPlanner
    let projector: Projector
    let gates = Gates()
    let reader: EventReader
    /// Signalled by every commit of the store, and ten times a second.
    let wakeup = Wakeup()
    let live = Mutex(Live())
    private let current: Shared

    /// The definitions at work. A class of its own, because the executor looks at them too.
    final class Shared: Sendable {
        let project: Mutex<Project>
        init(_ project: Project) { self.project = Mutex(project) }
        var value: Project { project.withLock { $0 } }
    }

    var store: Store { services.store }
    var project: Project { current.value }

    /// Ends attempts of older epochs as `Engine.Restarted` and takes up active runs and backfills. Nothing starts
    /// before `run()`. `chance` is the source of jitter, in 0..<1.
    ///
    /// With a `rehearsal` no step does its work: it is told of each attempt, which then succeeds with no output. What
    /// remains is what the engine itself costs.
    package init(
        project: Project, services: FlowServices, time: Timekeeper = .system,
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        rehearsal: (@Sendable (StepDefinition) -> Void)? = nil
    ) async throws {
        let current = Shared(project)
        let descriptions = DescriptionShelf(workers: services.workers)
        self.current = current
        self.services = services
        self.time = time
        runs = Runs(epoch: services.epoch, time: time, chance: chance)
        executor = StepExecutor(
            services: services, descriptions: descriptions, time: time, rehearsal: rehearsal,
            project: { current.value })
        planner = BackfillPlanner(store: services.store, folder: services.folder, descriptions: descriptions)
        projector = Projector(tree: PublicTree(folder: services.folder, store: services.store))
        reader = EventReader()
        try await recover()
        try await reader.follow(project, store: services.store)
        services.store.onChange { [wakeup] in wakeup.signal() }
    }

    /// Reads the event log, starts crawls and runs, moves them on, until cancelled. Cancellation stops all steps;
    /// what they were at is taken up by the next engine.
    package func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await self.projector.run() }
            group.addTask { try await self.tick() }
            for await _ in wakeup.signals {
                try await look(&group)
            }
            throw CancellationError()
        }
    }

    /// Wakes the loop when something is due, and ten times a second.
    private func tick() async throws {
        while true {
            let due = live.withLock { $0.nextDue }.map { max(1, $0 - time.monotonic()) } ?? 100
            try await Task.sleep(for: .milliseconds(min(100, due)))
            wakeup.signal()
        }
    }

    /// Does what there is to do now. Work that takes long goes into the group.
    private func look(_ group: inout ThrowingDiscardingTaskGroup<any Error>) async throws {
        try await fireRetries()
        startOrders(&group)
        try await readEvents(&group)
        if live.withLock({ $0.takeBackfillsMoved() }) { group.addTask { try await self.feedBackfills() } }
        let now = time.monotonic()
        for queued in live.withLock({ $0.takeBegins(now: now, room: room) }) {
            group.addTask { try await self.begin(queued) }
        }
        startOrders(&group)
    }

    private func startOrders(_ group: inout ThrowingDiscardingTaskGroup<any Error>) {
        for order in live.withLock({ $0.takeOrders() }) {
            group.addTask { try await self.work(order) }
        }
    }

    /// Runs that may have steps at work at the same time.
    private var room: Int { max(8, 4 * project.engine.slots) }

    private func fireRetries() async throws {
        let now = time.monotonic()
        let due = live.withLock { $0.takeDueRetries(now: now) }
        guard !due.isEmpty else { return }
        try await commit { [runs] writing, consequences in
            for key in due {
                try runs.advance(key.run, .due(step: key.step, attempt: key.number), nil, writing, &consequences)
            }
        }
    }

    /// Swaps the definitions. Runs keep the one that they started with.
    package func apply(_ project: Project) async throws {
        current.project.withLock { $0 = project }
        try await reader.follow(project, store: store)
        wakeup.signal()
    }

    /// Steps that wait for a slot or run, with their progress.
    package func liveSteps() -> [LiveStep] { live.withLock { $0.steps } }
}

// MARK: Transactions

extension Workflows {
    /// One transaction and, after its commit, what follows from it.
    @discardableResult
    func commit<Result: Sendable>(
        _ body: @escaping @Sendable (Writing, inout Consequences) throws -> Result
    ) async throws -> Result {
        let (result, consequences) = try await transact(body)
        follow(consequences)
        return result
    }

    /// One transaction; the caller lets its consequences follow. While the store can't be written for a while (a full
    /// disk, a lock) it is tried again, until the task is cancelled.
    func transact<Result: Sendable>(
        _ body: @escaping @Sendable (Writing, inout Consequences) throws -> Result
    ) async throws -> (Result, Consequences) {
        while true {
            do {
                return try await store.write { writing in
                    var consequences = Consequences()
                    let result = try body(writing, &consequences)
                    return (result, consequences)
                }
            } catch let error as StoreError where error.isPassing {
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    func follow(_ consequences: Consequences) { _ = follow(consequences, continuing: nil) }

    /// The same; whoever worked for the run gets one of the attempts that it starts, to go on with at once.
    func follow(_ consequences: Consequences, continuing run: Int64?) -> AttemptOrder? {
        runs.keep(consequences.runs)
        let now = time.monotonic()
        let next = live.withLock { live in
            live.take(consequences, now: now)
            for key in consequences.stops { live.stop(key) }
            return run.flatMap { live.takeOrder(of: $0) }
        }
        wakeup.signal()
        return next
    }
}

extension StoreError {
    /// It may be well again in a while: nothing is broken.
    var isPassing: Bool {
        switch self {
        case .full: true
        // SQLITE_BUSY and SQLITE_LOCKED, with their extended codes.
        case .failed(let code, _, _): code & 0xff == 5 || code & 0xff == 6
        case .unreadable, .newerVersion, .damaged: false
        }
    }
}
