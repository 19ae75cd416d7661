package import Store

/// Runs an extract: a worker copies the tables, then all that changed are published in one transaction.
package struct Extractor: Sendable {
    package let folder: ObjectFolder
    package let store: Store
    package let workers: Workers
    private let queue = BlockingQueue("weir.extract")

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
    ) async throws -> [StagedPartition] {
        let names = try (tables.isEmpty ? definition.tables : tables).map { table in
            (source: table, lake: try lakeName(of: table, in: definition))
        }
        do {
            let directory = try await queue.run { try folder.stage(attempt) }
            let statement = ExtractStatement(
                kind: definition.from.kind.rawValue, location: definition.from.location, tables: names.map(\.source),
                outputDirectory: directory)
            let result = try await workers.perform(
                .extract(statement), holder: holder, priority: priority, timeout: timeout, progress: progress)
            guard case .extracted(let outcome) = result else {
                preconditionFailure("an extract was answered otherwise")
            }
            return try await queue.run {
                try names.compactMap { name in
                    guard let file = outcome.files[name.source] else { return nil }
                    let notes = outcome.notes.filter { $0.hasPrefix(name.source + ".") }
                    return StagedPartition(
                        table: name.lake, kind: .extract, partition: "",
                        objects: [try folder.place(file, table: name.lake, partition: "")], mode: .replace,
                        origin: (["extract \(definition.name)"] + notes).joined(separator: "; "))
                }
            }
        } catch let error as LakeError {
            throw WorkFailure(.extractFailed, error.description)
        }
    }

    /// A source's schema is left out: `hr.companies` becomes `raw.companies`.
    private func lakeName(of table: String, in definition: ExtractDefinition) throws -> TableName {
        let last = table.split(separator: ".").last.map(String.init) ?? table
        do {
            return try TableName("\(definition.into).\(last)")
        } catch {
            throw WorkFailure(
                .extractFailed,
                "the table \(table) can't have this name in the lake, where names are letters, digits and underscores: "
                    + "extract a view of it with such a name")
        }
    }
}
