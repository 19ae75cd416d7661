import Lake
import Store
import Synchronization

extension Workflows {
    /// Decides what a queued run computes and lets it begin.
    func begin(_ queued: QueuedRun) async throws {
        defer {
            live.withLock { $0.ended(beginning: queued.id) }
            wakeup.signal()
        }
        do {
            while try await decide(queued) {}
        } catch is CancellationError {
            // The engine stops; the run stays queued.
        }
    }

    /// Returns true when the run was changed meanwhile and it must be decided again.
    private func decide(_ queued: QueuedRun) async throws -> Bool {
        let found = try await store.read { [runs] in try runs.load(queued.id, $0) }
        guard let found, found.state == .queued else {
            live.withLock { $0.forget(queued.id) }
            return false
        }
        let definition = project.workflow(queued.workflow) ?? found.definition
        let only: Set<String>?
        do {
            only = try await planner.steps(of: definition, found.selection, for: found.interval)
        } catch let failure as WorkFailure where failure.name != .cancelled {
            // A statement that can't even be described fails in its own step, where people look for it.
            only = nil
        }
        return try await commit { [runs] writing, consequences in
            guard var run = try runs.load(queued.id, writing.reading), run.state == .queued else { return false }
            guard run.selection == found.selection else { return true }
            if run.definition != definition || only != nil {
                run = try runs.redefine(run, definition, only: only, writing)
            }
            try runs.advance(run, .begin, nil, writing, &consequences)
            return false
        }
    }

    /// Works for a run: an attempt, then one that follows from its end, and so on.
    func work(_ order: AttemptOrder) async throws {
        var next: AttemptOrder? = order
        while let order = next { next = try await attempt(order) }
    }

    /// Does an attempt's work and records its end; returns an attempt that starts by it, if any. An attempt that the
    /// engine's own end interrupts is left as it is: the next engine ends it as `Engine.Restarted`.
    private func attempt(_ order: AttemptOrder) async throws -> AttemptOrder? {
        let stop = live.withLock { $0.begin(order.key) }
        defer { live.withLock { $0.end(order.key) } }
        let log = AttemptLog()
        let exclusion = executor.exclusion(order.step.work)
        let gate = exclusion.map { gates[$0] }
        let done = await untilStopped(stop) {
            await self.perform(order, behind: gate, named: exclusion ?? "", log)
        }
        defer { if done.passedGate { gate?.leave() } }
        if order.step.work.stages { await executor.clean(order.key.description) }
        if case .failure(let failure) = done.outcome, failure.name == .cancelled, Task.isCancelled,
            !live.withLock({ $0.isStopping(order.key) })
        {
            return nil
        }
        do {
            return try await record(order, done.outcome, log)
        } catch is CancellationError {
            // The engine stops while the store can't be written: the attempt counts as interrupted.
            return nil
        }
    }

    private struct Done: Sendable {
        var passedGate: Bool
        var outcome: Result<StepResult, WorkFailure>
    }

    private func perform(_ order: AttemptOrder, behind gate: Gate?, named name: String, _ log: AttemptLog) async -> Done
    {
        let key = order.key
        if let gate {
            do {
                try await gate.enter { self.live.withLock { $0.progress(key, .waiting("another \(name)")) } }
            } catch {
                return Done(passedGate: false, outcome: .failure(WorkFailure(.cancelled, "cancelled")))
            }
        }
        do {
            let result = try await executor.perform(order, log: log) { news in
                self.live.withLock { $0.progress(key, news) }
            }
            return Done(passedGate: true, outcome: .success(result))
        } catch {
            return Done(passedGate: true, outcome: .failure(error))
        }
    }

    /// Publishes and records in one transaction; the public tree follows before dependants start.
    private func record(
        _ order: AttemptOrder, _ outcome: Result<StepResult, WorkFailure>, _ log: AttemptLog
    ) async throws -> AttemptOrder? {
        let key = order.key
        switch outcome {
        case .success(let result):
            let text = log.contents
            do {
                let (published, consequences) = try await transact { [runs, time] writing, consequences in
                    try runs.succeed(key, result, log: text, at: time.wall(), writing, &consequences)
                }
                if published { await projector.project() }
                return follow(consequences, continuing: key.run)
            } catch let error as CancellationError {
                throw error
            } catch {
                let failure = WorkFailure(order.step.work.failure, "could not be published: \(error)")
                return try await record(order, .failure(failure), log)
            }
        case .failure(let failure):
            log.line(failure.description)
            let report = AttemptReport(log: log.contents)
            let (_, consequences) = try await transact { [runs] writing, consequences in
                try runs.advance(key.run, runs.failed(key, failure), report, writing, &consequences)
            }
            return follow(consequences, continuing: key.run)
        }
    }
}

/// Runs the body until it returns; when the signal ends first, the body is cancelled and its return awaited.
private func untilStopped<Result: Sendable>(
    _ stop: AsyncStream<Void>, _ body: @escaping @Sendable () async -> Result
) async -> Result {
    await withTaskGroup(of: Result?.self, returning: Result.self) { group in
        group.addTask {
            for await _ in stop {}
            return nil
        }
        group.addTask { await body() }
        var result: Result?
        while result == nil, let ended = await group.next() {
            if let ended { result = ended }
            group.cancelAll()
        }
        guard let result else { preconditionFailure("a task group lost its child") }
        return result
    }
}
