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
    ) async throws -> LoadResult {
        let batch: LoadBatch
        do {
            batch = try await store.read { reading in
                try reading.loadBatch(of: work.from, step: step, interval: interval, in: folder)
            }
        } catch let error as UnknownTable {
            throw WorkFailure(.loadFailed, error.description)
        }
        guard !batch.source.inputs.isEmpty else {
            let place = interval.map { " for \($0)" } ?? ""
            throw WorkFailure(
                .loadFailed, "nothing of \(work.from) is published\(place): run the step that makes it first")
        }
        let statement = LoadStatement(
            kind: address.kind.rawValue, location: address.location, table: work.table, mode: work.mode,
            interval: batch.interval?.description ?? "", source: batch.source, batch: batch.id,
            generation: batch.generation)
        let result = try await workers.perform(
            .load(statement), holder: holder, priority: priority, timeout: timeout, progress: progress)
        guard case .loaded(let outcome) = result else { preconditionFailure("a load was answered otherwise") }
        return LoadResult(outcome: outcome, inputs: batch.source.inputs)
    }
}

/// What a load loads, and its name in the destination's ledger.
struct LoadBatch: Sendable, Hashable {
    let source: PinnedTable
    /// nil for a table without partitions, whichever interval the run is for: it is always loaded whole.
    let interval: Interval?
    /// A digest of the step, the interval and the content of the partitions, never of the attempt.
    let id: String
    /// Rises with each publish of any of the partitions.
    let generation: Int64
}

extension Reading {
    func loadBatch(of table: TableName, step: String, interval: Interval?, in folder: ObjectFolder) throws -> LoadBatch
    {
        let source = try pin(table, interval.map { .intervals($0...$0) } ?? .whole, in: folder)
        let interval = source.keys.isEmpty ? nil : interval
        var parts = [step, interval?.description ?? ""]
        var generation: Int64 = 0
        for input in source.inputs {
            guard let current = try currentVersion(of: table, input.partition) else { continue }
            parts.append("\(input.partition) \(current.objects.content)")
            generation += current.generation
        }
        return LoadBatch(
            source: source, interval: interval, id: SHA256.hex(parts.joined(separator: "\n")), generation: generation)
    }
}

package struct LoadResult: Sendable, Hashable, Codable {
    package var outcome: LoadOutcome
    package var inputs: [InputVersion]

    package init(outcome: LoadOutcome, inputs: [InputVersion]) {
        self.outcome = outcome
        self.inputs = inputs
    }
}
