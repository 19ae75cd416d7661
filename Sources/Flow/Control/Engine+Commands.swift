import Foundation
package import Lake
import Logging
import Store
import Synchronization

extension Engine {
    /// Carries a command out and answers it. Commands that change something are carried out once for each key and
    /// recorded with who asked for them.
    package func handle(_ command: EngineCommand, key: String, who: String) async -> EngineReply {
        guard command.changesSomething else { return await answer(command) }
        let reply = await commands.once(command, key: key, who: who, at: Engine.now()) { await answer(command) }
        if case .refused(let refusal) = reply {
            log.notice("refused: \(refusal)", metadata: ["command": "\(command)", "who": "\(who)"])
        }
        return reply
    }

    /// Records for a stream, durable when this returns. Throws `Refusal`.
    package func ingest(_ lines: [UInt8], into stream: String) async throws -> TakenRecords {
        do {
            return try await streams.take(lines, into: stream)
        } catch {
            throw Refusal(error)
        }
    }

    private func answer(_ command: EngineCommand) async -> EngineReply {
        do {
            return try await perform(command)
        } catch {
            return .refused(Refusal(error))
        }
    }

    private func perform(_ command: EngineCommand) async throws -> EngineReply {
        switch command {
        case .status:
            try await countRuns()
            return .status(status())
        case .run(let workflow, let interval, let parameters):
            return .started(
                run: try await workflows.start(
                    workflow: workflow, interval: interval, parameters: parameters, reason: "by hand"))
        case .retry(let run, let step, let downstream):
            return .done(try await workflows.retry(run: run, step: step, downstream: downstream))
        case .cancel(let run): return .done(try await workflows.cancel(run: run))
        case .planBackfill(let request): return .plan(try await workflows.plan(request))
        case .startBackfill(let request): return .backfill(id: try await workflows.backfill(request))
        case .setBackfill(let id, let change): return .done(try await workflows.change(backfill: id, change))
        case .pauseWorkflow(let name):
            try await workflows.pause(workflow: name)
            return .done("\(name) is paused: nothing of it starts until it is resumed")
        case .resumeWorkflow(let name):
            try await workflows.resume(workflow: name)
            return .done("\(name) is resumed")
        case .crawl(let name): return .done(try await workflows.crawl(name))
        case .extract(let name): return .done(try await workflows.extract(name))
        case .flush(let name):
            try await streams.flush(name)
            return .done("what \(name) had buffered is delivered")
        case .pauseStream(let name):
            try await streams.pause(name)
            return .done("\(name) is paused: records are taken and kept, not delivered")
        case .resumeStream(let name):
            try await streams.resume(name)
            return .done("\(name) is resumed")
        case .acknowledge(let alert): return .done(try await alerts.acknowledge(alert))
        case .snooze(let alert, let seconds): return .done(try await alerts.snooze(alert, seconds: seconds))
        case .redrive(let stream, let reject):
            let count = try await streams.redrive(stream, reject: reject)
            return .done("\(count) rejected records of \(stream) are back in its buffer")
        case .apply: return .done(try await apply())
        case .query(let sql, let limit): return .rows(try await query(sql, limit: limit))
        case .undo(let table, let partition): return .done(try await undo(table, partition))
        case .setSlots:
            throw Refusal(
                .wrong, "slots can't change while the engine runs: set engine: slots in weir.yaml and start it again")
        case .stop(let drain):
            requestStop(drain ? .drained : .now)
            return .done(drain ? "the engine finishes what waits and runs, then stops" : "the engine stops")
        }
    }

    /// Reads `weir.yaml` again and swaps the definitions; nothing changes when it has errors.
    private func apply() async throws -> String {
        let old = project
        let environment = options.environment
        let new = try await BlockingQueue("weir.apply").run {
            try ProjectParser.load(old.directory, environment: environment)
        }
        guard new.hash != old.hash else { return "weir.yaml is what the engine runs already" }
        guard new.lakeRoot == old.lakeRoot else {
            throw Refusal(.wrong, "the lake can't move while the engine runs: stop it, move the files, start it again")
        }
        try await streams.apply(new)
        try await workflows.apply(new)
        alerts.apply(new)
        current.withLock { $0 = new }
        try await ProjectNames(new).save(store)
        log.info("applied a changed weir.yaml", metadata: ["hash": "\(new.hash)"])
        return new.engine == old.engine
            ? "applied" : "applied; what changed under engine: holds from the engine's next start"
    }

    /// Publishes the version before the current one again.
    private func undo(_ table: TableName, _ partition: String) async throws -> String {
        let now = Engine.now()
        let commit = try await store.write { try $0.republish(table: table, partition: partition, at: now) }
        try await tree.project()
        let place = partition.isEmpty ? "\(table)" : "\(table) \(partition)"
        return "\(place) holds \(commit.rows) rows of an older version again (generation \(commit.generation))"
    }

    /// The first rows of a statement that a person typed, over the lake as it is at this moment.
    private func query(_ sql: String, limit: Int) async throws -> QueryRows {
        let describe = Statement.describe(DescribeStatement(file: nil, sql: sql))
        guard case .described(let described) = try await work(describe, "weir query") else {
            throw Refusal(.failed, "the worker answered another statement")
        }
        if let parameter = described.parameters.first {
            throw Refusal(.wrong, "a statement typed here has no parameters: put a value in place of $\(parameter)")
        }
        let names = try described.tables.map { try TableName($0) }
        let tables = try await store.read { [folder] reading in
            try names.map { try reading.pin($0, .whole, in: folder) }
        }
        let bytes = tables.reduce(0) { $0 + $1.bytes }
        if let limit = project.engine.scanLimit, bytes > limit {
            throw Refusal(.limit, "this would read \(bytes) bytes and scan-limit is \(limit): name fewer partitions")
        }
        let select = Statement.select(SelectStatement(sql: sql, parameters: [:], tables: tables, limit: limit))
        guard case .selected(let rows) = try await work(select, "weir query") else {
            throw Refusal(.failed, "the worker answered another statement")
        }
        return rows
    }

    private func work(_ statement: Statement, _ holder: String) async throws -> StatementResult {
        try await workers.perform(statement, holder: holder, priority: .interactive)
    }
}

extension EngineCommand {
    /// False for what only looks: it is neither recorded nor kept from happening twice.
    var changesSomething: Bool {
        switch self {
        case .status, .planBackfill, .query: false
        case .run, .retry, .cancel, .startBackfill, .setBackfill, .pauseWorkflow, .resumeWorkflow, .crawl, .extract,
            .flush, .pauseStream, .resumeStream, .acknowledge, .snooze, .redrive, .apply, .undo, .setSlots, .stop:
            true
        }
    }
}

extension Refusal {
    /// What an operator is told of an error that ended a command.
    init(_ error: any Error) {
        self =
            switch error {
            case let refusal as Refusal: refusal
            case let failure as WorkFailure where failure.name == .queryScanLimit: Refusal(.limit, failure.message)
            case let failure as WorkFailure:
                Refusal(.failed, [failure.description, failure.detail].filter { !$0.isEmpty }.joined(separator: "\n"))
            case let refusal as StreamRefusal:
                switch refusal {
                case .noStream, .noReject: Refusal(.wrong, refusal.description)
                case .busy: Refusal(.limit, refusal.description)
                case .failed: Refusal(.failed, refusal.description)
                }
            case is UnknownTable, is NameError, is ProjectErrors: Refusal(.wrong, "\(error)")
            case is CancellationError: Refusal(.failed, "the engine is stopping")
            default: Refusal(.failed, "\(error)")
            }
    }
}
