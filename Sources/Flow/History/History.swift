package import Lake
package import Store

// What consoles and commands read from the store, with or without an engine. Every list is bounded and paged by key,
// and the steps of many runs are one query, so that a page costs the same in a store of a million runs.
extension Reading {
    /// What the overview shows, with at most `runs` active runs and as many others.
    package func overview(runs limit: Int) throws -> Overview {
        let active = try runRows("WHERE state IN ('queued', 'running', 'retrying') ORDER BY id DESC", [], limit)
        let ended = try runRows("WHERE state NOT IN ('queued', 'running', 'retrying') ORDER BY id DESC", [], limit)
        return Overview(
            tables: try tables(), crawls: try crawls(limit: 20), runs: try summaries(active + ended),
            alerts: try alerts(open: true, limit: 100), backfills: try backfills(limit: 5),
            workflows: try ProjectNames.load(self)?.workflows ?? [], streams: try streams())
    }

    package func run(_ id: Int64) throws -> RunSummary? {
        try summaries(try runRows("WHERE id = ?", [.integer(id)], 1)).first
    }

    /// Newest first; page by key with `before`.
    package func runs(workflow: String?, state: RunState?, before: Int64?, limit: Int) throws -> [RunSummary] {
        var conditions: [String] = []
        var arguments: [Value] = []
        if let workflow {
            conditions.append("workflow = ?")
            arguments.append(.text(workflow))
        }
        if let state {
            conditions.append("state = ?")
            arguments.append(.text(state.rawValue))
        }
        if let before {
            conditions.append("id < ?")
            arguments.append(.integer(before))
        }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try summaries(try runRows(filter + " ORDER BY id DESC", arguments, limit))
    }

    /// The attempts of a step (nil: of all steps) of a run, in the order in which they began.
    package func attempts(run: Int64, step: String?) throws -> [AttemptSummary] {
        try rows(
            "SELECT * FROM attempts WHERE run = ? AND (? IS NULL OR step = ?) ORDER BY id",
            [.integer(run), Value(step), Value(step)]
        ).map(AttemptSummary.init)
    }

    /// Newest first: those that are not closed, or all.
    package func alerts(open: Bool, limit: Int) throws -> [AlertSummary] {
        try rows(
            "SELECT * FROM alerts \(open ? "WHERE state <> 'closed'" : "") ORDER BY id DESC LIMIT ?", [Value(limit)]
        ).map(AlertSummary.init)
    }

    /// Newest first, each with all its days.
    package func backfills(limit: Int) throws -> [BackfillSummary] {
        let found = try rows("SELECT * FROM backfills ORDER BY id DESC LIMIT ?", [Value(limit)])
        let days = try rows(
            """
            SELECT * FROM backfill_days WHERE backfill IN (SELECT value FROM json_each(?)) ORDER BY backfill, interval
            """, [.text(found.jsonArray("id"))])
        let byBackfill = Dictionary(grouping: days) { $0.integer("backfill") }
        return found.compactMap { BackfillSummary($0, days: byBackfill[$0.integer("id")] ?? []) }
    }

    /// The catalog's tables by name, each with what its current partitions hold together.
    package func tables() throws -> [TableSummary] {
        try rows(
            """
            SELECT t.*, coalesce(p.partitions, 0) AS partitions, coalesce(p.rows, 0) AS rows,
                coalesce(p.bytes, 0) AS bytes, p.newest, p.changed_at
            FROM tables t LEFT JOIN (
                SELECT p.table_name, count(*) AS partitions, sum(v.rows) AS rows, sum(v.bytes) AS bytes,
                    max(p.partition) AS newest, max(p.changed_at) AS changed_at
                FROM partitions p
                JOIN versions v ON v.table_name = p.table_name AND v.partition = p.partition AND v.version = p.version
                WHERE v.bytes > 0 GROUP BY p.table_name
            ) p ON p.table_name = t.name
            ORDER BY t.name
            """
        ).map(TableSummary.init)
    }

    /// Newest first.
    package func crawls(limit: Int) throws -> [CrawlSummary] {
        try rows("SELECT * FROM crawls ORDER BY id DESC LIMIT ?", [Value(limit)]).map(CrawlSummary.init)
    }

    /// The streams' counts as of their last deliveries: what an engine's buffers hold is not in the store.
    package func streams() throws -> [StreamStatus] {
        let known = try rows("SELECT * FROM streams ORDER BY name").map(StreamStatus.init)
        let names = try ProjectNames.load(self)?.streams ?? known.map(\.name)
        let byName = Dictionary(uniqueKeysWithValues: known.map { ($0.name, $0) })
        return names.map { byName[$0] ?? StreamStatus(untouched: $0) }
    }

    private func runRows(_ selection: String, _ arguments: [Value], _ limit: Int) throws -> [Row] {
        try rows("SELECT * FROM runs \(selection) LIMIT ?", arguments + [Value(limit)])
    }

    private func summaries(_ runs: [Row]) throws -> [RunSummary] {
        let steps = try rows(
            """
            SELECT run, name, kind, state, attempts, due_at, started_at, finished_at, error, message, rows, bytes_scanned
            FROM steps WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, position
            """, [.text(runs.jsonArray("id"))])
        let byRun = Dictionary(grouping: steps) { $0.integer("run") }
        let needs = try needs(of: Set(runs.map { $0.text("definition") }))
        return runs.map { run in
            RunSummary(
                run,
                steps: (byRun[run.integer("id")] ?? []).map {
                    StepSummary($0, needs: needs[run.text("definition")]?[$0.text("name")] ?? [])
                })
        }
    }

    /// By definition and step: what the step needs.
    private func needs(of definitions: Set<String>) throws -> [String: [String: [String]]] {
        var found: [String: [String: [String]]] = [:]
        for hash in definitions {
            let body = try first("SELECT body FROM definitions WHERE hash = ?", [.text(hash)])?.text("body") ?? ""
            guard let definition = try? JSONText.decode(WorkflowDefinition.self, body) else { continue }
            found[hash] = Dictionary(definition.steps.map { ($0.name, $0.needs) }) { first, _ in first }
        }
        return found
    }
}

extension [Row] {
    /// A column of numbers as a JSON array, for `json_each`: one statement for any count.
    fileprivate func jsonArray(_ column: String) -> String {
        "[" + map { String($0.integer(column)) }.joined(separator: ",") + "]"
    }
}
