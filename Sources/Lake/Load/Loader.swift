package import Store

/// Loads a published partition into a serving database, once.
package struct Loader: Sendable {
    package let folder: ObjectFolder
    package let store: Store
    package let workers: Workers

    package init(folder: ObjectFolder, store: Store, workers: Workers) {
        self.folder = folder
        self.store = store
        self.workers = workers
    }

    /// Loads what the manifest holds now. The batch is named by step, interval and the partition's content, so a
    /// repeated load of the same content writes nothing. Throws `WorkFailure` (`Load.Failed`, `Load.Unreachable`).
    package func load(
        _ work: LoadWork, to address: DatabaseAddress, step: String, interval: Interval?, holder: String,
        priority: SlotPriority, timeout: Duration?, progress: @escaping @Sendable (StatementProgress) -> Void
    ) async throws -> LoadResult { fatalError("contract") }
}

package struct LoadResult: Sendable, Hashable, Codable {
    package var outcome: LoadOutcome
    package var inputs: [InputVersion]

    package init(outcome: LoadOutcome, inputs: [InputVersion]) {
        self.outcome = outcome
        self.inputs = inputs
    }
}
