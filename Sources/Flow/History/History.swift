package import Store

// What consoles and commands read from the store, with or without an engine.
extension Reading {
    package func overview(runs: Int) throws -> Overview { fatalError("contract") }
    package func run(_ id: Int64) throws -> RunSummary? { fatalError("contract") }
    /// Newest first; page by key with `before`.
    package func runs(workflow: String?, state: RunState?, before: Int64?, limit: Int) throws -> [RunSummary] {
        fatalError("contract")
    }
    package func attempts(run: Int64, step: String?) throws -> [AttemptSummary] { fatalError("contract") }
    package func alerts(open: Bool, limit: Int) throws -> [AlertSummary] { fatalError("contract") }
    package func backfills(limit: Int) throws -> [BackfillSummary] { fatalError("contract") }
    package func tables() throws -> [TableSummary] { fatalError("contract") }
    package func crawls(limit: Int) throws -> [CrawlSummary] { fatalError("contract") }
}
