import Lake
import Synchronization

/// What statements say of themselves (their tables and parameters), asked of a worker once for each text.
final class DescriptionShelf: Sendable {
    private let workers: Workers
    private let known = Mutex<[String: Described]>([:])

    init(workers: Workers) { self.workers = workers }

    /// Throws `WorkFailure`: `Query.Failed`, pointing into the file, when the statement doesn't parse.
    func describe(_ work: QueryWork, holder: String, priority: SlotPriority) async throws -> Described {
        if let described = known.withLock({ $0[work.sql] }) { return described }
        let statement = Statement.describe(DescribeStatement(file: work.file, sql: work.sql))
        guard case .described(let described) = try await workers.perform(statement, holder: holder, priority: priority)
        else { throw WorkFailure(.workerCrashed, "the worker answered another statement") }
        known.withLock { known in
            if known.count >= 1_000 { known.removeAll() }
            known[work.sql] = described
        }
        return described
    }
}
