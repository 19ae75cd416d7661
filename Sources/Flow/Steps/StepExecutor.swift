import Foundation
import Lake
import Store

/// What a step's work came to, before anything of it is published.
struct StepResult: Sendable {
    /// Published in the transaction that records the success.
    var publications: [StagedPartition] = []
    var output: StepOutput = [:]
    var rows: Int?
    var bytesScanned: Int64?
    var inputs: [InputVersion]?
    var sqlHash: String?
}

/// Does the work of steps, each kind in its own file.
struct StepExecutor: Sendable {
    let services: FlowServices
    let project: @Sendable () -> Project
    let descriptions: DescriptionShelf
    let time: Timekeeper
    /// Takes the place of all work, see `Workflows`.
    let rehearsal: (@Sendable (StepDefinition) -> Void)?
    /// File calls.
    let files = BlockingQueue("weir.steps")
    /// Programs at once. They take no slot, and a machine has only so much room for them.
    let programs = Gate(max(8, 4 * ProcessInfo.processInfo.activeProcessorCount))

    init(
        services: FlowServices, descriptions: DescriptionShelf, time: Timekeeper,
        rehearsal: (@Sendable (StepDefinition) -> Void)?, project: @escaping @Sendable () -> Project
    ) {
        self.services = services
        self.descriptions = descriptions
        self.time = time
        self.rehearsal = rehearsal
        self.project = project
    }

    /// Does the attempt's work. Throws `WorkFailure`, whatever went wrong; cancellation is `Weir.Cancelled`.
    func perform(
        _ order: AttemptOrder, log: AttemptLog, progress: @escaping @Sendable (StatementProgress) -> Void
    ) async throws(WorkFailure) -> StepResult {
        if let rehearsal {
            rehearsal(order.step)
            return StepResult()
        }
        do {
            switch order.step.work {
            case .query(let work): return try await query(work, order, log, progress)
            case .extract(let name, let tables): return try await extract(name, tables, order, log, progress)
            case .crawl(let name):
                progress(.started)
                return try await crawl(name, log)
            case .load(let work): return try await load(work, order, log, progress)
            case .run(let arguments): return try await program(arguments, order, log, progress)
            }
        } catch let failure as WorkFailure {
            if !failure.detail.isEmpty { log.line(failure.detail) }
            throw failure
        } catch is CancellationError {
            throw WorkFailure(.cancelled, "cancelled")
        } catch {
            throw WorkFailure(order.step.work.failure, "\(error)")
        }
    }

    /// What must not happen twice at once with this: work of the same name waits.
    func exclusion(_ work: StepWork) -> String? {
        switch work {
        // An older copy of a table must not be published after a newer one.
        case .extract(let name, _): "extract \(name)"
        case .crawl(let name): "crawler \(name)"
        // SQLite takes one writer at a time, and a load that waits here holds no slot.
        case .load(let work): work.to.hasPrefix("sqlite:") ? "load into \(work.to)" : nil
        case .query, .run: nil
        }
    }

    /// Removes what an attempt may have left in the staging area.
    func clean(_ attempt: String) async {
        let folder = services.folder
        // Nothing of the attempt depends on it; what stays is swept at the next start.
        try? await files.run { folder.removeStage(attempt) }
    }
}

extension StepWork {
    /// Whether its attempts write into the staging area.
    var stages: Bool {
        switch self {
        case .query, .extract: true
        case .crawl, .load, .run: false
        }
    }

    /// The name of a failure of this kind of work that has no better one.
    var failure: WorkFailure.Name {
        switch self {
        case .query: .queryFailed
        case .extract: .extractFailed
        case .crawl: .crawlFailed
        case .load: .loadFailed
        case .run: .commandFailed
        }
    }
}
