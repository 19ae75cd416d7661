package import Store

/// Runs an extract: a worker copies the tables, then all that changed are published in one transaction.
package struct Extractor: Sendable {
    package let folder: ObjectFolder
    package let store: Store
    package let workers: Workers

    package init(folder: ObjectFolder, store: Store, workers: Workers) {
        self.folder = folder
        self.store = store
        self.workers = workers
    }

    /// Stages the tables (empty: all of the definition) without publishing. `attempt` names the staging folder,
    /// which the caller removes. Throws `WorkFailure`.
    package func stage(
        _ definition: ExtractDefinition, tables: [String], attempt: String, holder: String, priority: SlotPriority,
        timeout: Duration?, progress: @escaping @Sendable (StatementProgress) -> Void
    ) async throws -> [StagedPartition] { fatalError("contract") }
}
