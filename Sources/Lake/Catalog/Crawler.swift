package import Store

/// Keeps the catalog: reads what deliveries, extracts and other programs put into the lake.
package struct Crawler: Sendable {
    package let folder: ObjectFolder
    package let store: Store

    package init(folder: ObjectFolder, store: Store) {
        self.folder = folder
        self.store = store
    }

    /// Looks at the definition's tables: merges schemas, adopts objects that others put into the public tree, marks
    /// vanished ones, and in one transaction advances the catalog and appends one `crawl.succeeded` event for each
    /// table and partition that changed since its last crawl (subject: the table, interval: the partition's).
    ///
    /// An adopted file keeps its name in the tree, and its program may replace or delete it there: in a table that
    /// others made, the tree is the truth. In tables that Weir makes, the manifest is: a lost link comes back.
    /// A file that is no complete Parquet file is named in the report and left alone.
    /// Throws `LakeError`; a failed crawl is recorded with a `crawl.failed` event.
    package func crawl(_ definition: CrawlerDefinition, now: Int64) async throws -> CrawlReport {
        let report = try await recorded(definition, now: now)
        if report.adopted + report.vanished > 0 { try await PublicTree(folder: folder, store: store).project() }
        return report
    }

    private func recorded(_ definition: CrawlerDefinition, now: Int64) async throws -> CrawlReport {
        let clock = ContinuousClock()
        let start = clock.now
        do {
            let (tables, scan) = try await PublicTree.queue.run { try look(definition) }
            let findings = scan.findings
            let notes = scan.notes
            let (report, replaced) = try await store.write { writing in
                var report = CrawlReport(
                    tables: tables.count, partitions: 0, newTables: 0, newColumns: 0,
                    adopted: findings.reduce(0) { $0 + $1.adopted.count },
                    vanished: findings.reduce(0) { $0 + $1.missing.count + $1.withdrawn.count }, notes: notes)
                let replaced = try findings.flatMap { try writing.enter($0, crawler: definition.name, at: now) }
                for table in tables.sorted() {
                    try writing.crawled(table, crawler: definition.name, &report, at: now)
                }
                let finished = now + (clock.now - start).inMilliseconds
                try writing.record(definition, "succeeded", report.summary, from: now, to: finished)
                return (report, replaced)
            }
            try await PublicTree.queue.run { try forget(replaced) }
            return report
        } catch let error as LakeError {
            let finished = now + (clock.now - start).inMilliseconds
            try await store.write { writing in
                try writing.record(definition, "failed", error.description, from: now, to: finished)
                try writing.append(
                    kind: "crawl.failed", subject: definition.name, interval: nil,
                    payload: try StoredJSON.text(["message": error.description]), at: finished)
            }
            throw error
        }
    }

    /// A file that was written over in place is no longer what its former object was: a version that names that must
    /// fail rather than read something else.
    private func forget(_ replaced: [Replacement]) throws {
        for (old, new) in replaced.map({ (folder.absolute($0.old), folder.absolute($0.new)) }) {
            if let identity = try Disk.status(old)?.identity, try identity == Disk.status(new)?.identity {
                try Disk.unlink(old)
            }
        }
    }

    private func look(_ definition: CrawlerDefinition) throws -> (tables: Set<TableName>, scan: TreeScan) {
        let known = try store.readBlocking { reading in
            var known: [TableName: TreeScan.Known] = [:]
            for table in try reading.catalogTables() where definition.covers(table.name) {
                known[table.name] = TreeScan.Known(
                    kind: table.kind, keys: table.keys, manifests: try reading.publicManifests(of: table.name))
            }
            return known
        }
        let tables = try TreeScan.tables(below: definition.paths, in: folder).union(known.keys)
        var scan = TreeScan(folder)
        for table in tables.sorted() { try scan.scan(table, known[table]) }
        let found = Set(scan.findings.map(\.place.table))
        return (tables.filter { known[$0] != nil || found.contains($0) }, scan)
    }
}

/// The paths of an adopted object and of the one that took its name.
private struct Replacement: Sendable {
    let old: String
    let new: String
}

extension Writing {
    /// Publishes what a partition holds after a crawl: adopted objects in, vanished ones out. Returns the objects whose
    /// names others took.
    fileprivate func enter(_ finding: TreeScan.Finding, crawler: String, at now: Int64) throws -> [Replacement] {
        let current = try reading.currentVersion(of: finding.place.table, finding.place.partition)
        let gone = Set(finding.missing + finding.withdrawn)
        let adopted = finding.adopted.reduce(into: [:]) { $0[PublicManifest.name($1.path)] = $1.path }
        let objects = (current?.objects ?? []).filter { !gone.contains($0.path) }
        let kept = objects.filter { adopted[PublicManifest.name($0.path)] == nil }
        for path in finding.missing {
            try execute("UPDATE objects SET state = 'missing' WHERE path = ?", [.text(path)])
        }
        _ = try publish(
            StagedPartition(
                table: finding.place.table, kind: .adopted, partition: finding.place.partition,
                objects: finding.adopted, mode: .append, origin: "crawl \(crawler)"),
            keeping: kept, after: current, at: now)
        return objects.compactMap { object in
            guard let new = adopted[PublicManifest.name(object.path)], new != object.path else { return nil }
            return Replacement(old: object.path, new: new)
        }
    }

    /// Brings a table's catalog entry up to its manifest, and tells of each partition that changed since the last crawl.
    fileprivate func crawled(_ table: TableName, crawler: String, _ report: inout CrawlReport, at now: Int64) throws {
        struct Details: Encodable {
            let crawler: String
            let version: Int64
            let rows: Int
        }
        let name = Value.text(table.description)
        guard let entry = try first("SELECT crawled_at FROM tables WHERE name = ?", [name]) else { return }
        if let before = entry.optionalInteger("crawled_at") {
            report.newColumns += try newColumns(of: table, since: Int64(before))
        } else {
            report.newTables += 1
        }
        let changed = try rows(
            """
            SELECT partition, version, rows FROM partitions JOIN versions USING (table_name, partition, version)
            WHERE table_name = ? AND crawled_version IS NOT version ORDER BY partition
            """, [name])
        for row in changed {
            let details = Details(
                crawler: crawler, version: Int64(row.integer("version")), rows: row.integer("rows"))
            try append(
                kind: "crawl.succeeded", subject: table.description,
                interval: Interval(partition: row.text("partition"))?.description,
                payload: try StoredJSON.text(details), at: now)
        }
        report.partitions += changed.count
        try execute("UPDATE partitions SET crawled_version = version WHERE table_name = ?", [name])
        try execute("UPDATE tables SET crawled_at = ? WHERE name = ?", [.integer(now), name])
    }

    /// Columns that no object had before the last crawl.
    private func newColumns(of table: TableName, since last: Int64) throws -> Int {
        func names(_ condition: String) throws -> Set<String> {
            let schemas = try rows(
                "SELECT DISTINCT schema FROM objects WHERE table_name = ? AND created_at \(condition) ?",
                [.text(table.description), .integer(last)])
            return try schemas.reduce(into: []) { names, row in
                let columns = try StoredJSON.value([Column].self, row.text("schema"))
                names.formUnion(columns.map { $0.name.lowercased() })
            }
        }
        return try names(">").subtracting(names("<=")).count
    }

    fileprivate func record(
        _ definition: CrawlerDefinition, _ state: String, _ report: String, from start: Int64, to end: Int64
    ) throws {
        try insert(
            "INSERT INTO crawls (crawler, started_at, finished_at, state, report) VALUES (?, ?, ?, ?, ?)",
            [.text(definition.name), .integer(start), .integer(end), .text(state), .text(report)])
    }
}
