import Lake
import Store

extension StepExecutor {
    /// Pins what the statement reads, refuses what would scan too much, runs it, and places its result under the
    /// lake's objects. It is published with the step's success.
    func query(
        _ work: QueryWork, _ order: AttemptOrder, _ log: AttemptLog,
        _ progress: @escaping @Sendable (StatementProgress) -> Void
    ) async throws -> StepResult {
        let described = try await descriptions.describe(work, holder: order.holder, priority: order.priority)
        let parameters = try RunParameters.typed(
            described.parameters, of: order.workflow, order.parameters, in: work.file)
        let folder = services.folder
        let tables = try await services.store.read { reading in
            try Lineage.pin(described, of: work, for: order.interval, in: folder, reading)
        }
        for table in tables { log.line("reads \(table.name): \(table.files.count) files, \(table.bytes) bytes") }
        try checkScan(tables, work)

        let partition = order.interval?.partition ?? ""
        let stage = order.key.description
        let path = try await files.run { try folder.stage(stage) }
        let statement = Statement.query(
            QueryStatement(
                file: work.file, sql: work.sql, parameters: parameters, tables: tables, checks: work.checks,
                partition: partition, output: path + "/result.parquet"))
        let result = try await services.workers.perform(
            statement, holder: order.holder, priority: order.priority, timeout: order.step.timeout, progress: progress)
        guard case .queried(let outcome) = result else {
            throw WorkFailure(.workerCrashed, "the worker answered another statement")
        }
        let object = try await files.run { try folder.place(outcome.file, table: work.into, partition: partition) }
        log.line("\(object.rows) rows, \(object.bytes) bytes; scanned \(outcome.bytesScanned) bytes")
        return StepResult(
            publications: [
                StagedPartition(
                    table: work.into, kind: .mart, partition: partition, objects: [object], mode: .replace,
                    origin: "run \(order.key.run) step \(order.step.name)")
            ],
            output: ["rows": .integer(Int64(object.rows)), "bytes_scanned": .integer(outcome.bytesScanned)],
            rows: object.rows, bytesScanned: outcome.bytesScanned, inputs: tables.flatMap(\.inputs).sorted(),
            sqlHash: SHA256.hex(work.sql))
    }

    private func checkScan(_ tables: [PinnedTable], _ work: QueryWork) throws(WorkFailure) {
        let bytes = tables.reduce(0) { $0 + $1.bytes }
        guard let limit = project().engine.scanLimit, bytes > limit else { return }
        throw WorkFailure(
            .queryScanLimit,
            "\(work.file) would read \(bytes) bytes and scan-limit is \(limit): narrow reads:, or raise the limit",
            detail: tables.map { "\($0.name): \($0.bytes) bytes" }.joined(separator: "\n"))
    }
}

/// Which partitions a step's statement reads.
enum Lineage {
    /// A table's window: as the step declares it, or the run's own interval; whole where runs have none.
    static func window(_ table: TableName, of work: QueryWork, for interval: Interval?) -> Window {
        guard let interval else { return .whole }
        let range = work.reads[table] ?? 0...0
        return .intervals(interval.advanced(by: range.lowerBound)...interval.advanced(by: range.upperBound))
    }

    /// The tables' files at this moment. Throws `WorkFailure` (`Query.Failed`) that points into the file and suggests
    /// the nearest name when the catalog has no such table.
    static func pin(
        _ described: Described, of work: QueryWork, for interval: Interval?, in folder: ObjectFolder, _ reading: Reading
    ) throws -> [PinnedTable] {
        try described.tables.map { text in
            do {
                let name = try TableName(text)
                return try reading.pin(name, window(name, of: work, for: interval), in: folder)
            } catch let unknown as UnknownTable {
                throw DescribeStatement(file: work.file, sql: work.sql).failure(unknown, described)
            } catch let error as NameError {
                throw WorkFailure(.queryFailed, "\(work.file): \(error)")
            }
        }
    }
}
