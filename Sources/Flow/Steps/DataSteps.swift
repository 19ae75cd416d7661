import Lake
import Store

/// The steps that move data without a statement of their own: extract, crawl, load.
extension StepExecutor {
    /// Stages copies of the tables; those whose content changed are published with the step's success.
    func extract(
        _ name: String, _ tables: [String], _ order: AttemptOrder, _ log: AttemptLog,
        _ progress: @escaping @Sendable (StatementProgress) -> Void
    ) async throws -> StepResult {
        guard let definition = project().extracts.first(where: { $0.name == name }) else {
            throw WorkFailure(.extractFailed, "weir.yaml no longer has an extract \(name)")
        }
        let staged = try await services.extractor.stage(
            definition, tables: tables, attempt: order.key.description, holder: order.holder, priority: order.priority,
            timeout: order.step.timeout, progress: progress)
        let rows = staged.reduce(0) { $0 + $1.rows }
        for partition in staged { log.line("copied \(partition.table): \(partition.rows) rows") }
        return StepResult(publications: staged, output: ["rows": .integer(Int64(rows))], rows: rows)
    }

    func crawl(_ name: String, _ log: AttemptLog) async throws -> StepResult {
        guard let definition = project().crawlers.first(where: { $0.name == name }) else {
            throw WorkFailure(.crawlFailed, "weir.yaml no longer has a crawler \(name)")
        }
        let report = try await services.crawler.crawl(definition, now: time.wall())
        log.line(report.summary)
        return StepResult(
            output: [
                "tables": .integer(Int64(report.tables)), "partitions": .integer(Int64(report.partitions)),
                "columns": .integer(Int64(report.newColumns)),
            ])
    }

    /// Loads what the manifest holds now into the serving database, once.
    func load(
        _ work: LoadWork, _ order: AttemptOrder, _ log: AttemptLog,
        _ progress: @escaping @Sendable (StatementProgress) -> Void
    ) async throws -> StepResult {
        let address: DatabaseAddress
        do {
            address = try project().address(work.to, environment: services.environment)
        } catch {
            throw WorkFailure(.loadFailed, "\(error)")
        }
        let result = try await services.loader.load(
            work, to: address, step: order.step.name, interval: order.interval, holder: order.holder,
            priority: order.priority, timeout: order.step.timeout, progress: progress)
        log.line(
            result.outcome.alreadyLoaded
                ? "\(address) has these \(result.outcome.rows) rows already: nothing was written"
                : "wrote \(result.outcome.rows) rows of \(work.from) into \(work.table) of \(address)")
        return StepResult(
            output: [
                "rows": .integer(Int64(result.outcome.rows)), "already_loaded": .bool(result.outcome.alreadyLoaded),
            ],
            rows: result.outcome.rows, inputs: result.inputs.sorted())
    }
}

extension StagedPartition {
    fileprivate var rows: Int { objects.reduce(0) { $0 + $1.rows } }
}
