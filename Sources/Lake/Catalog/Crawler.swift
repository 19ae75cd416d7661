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
    /// Throws `LakeError`; a failed crawl is recorded with a `crawl.failed` event.
    package func crawl(_ definition: CrawlerDefinition, now: Int64) async throws -> CrawlReport {
        fatalError("contract")
    }
}

package struct CrawlReport: Sendable, Hashable, Codable {
    package var tables: Int
    /// Changed since the last crawl.
    package var partitions: Int
    package var newTables: Int
    package var newColumns: Int
    package var adopted: Int
    package var vanished: Int

    package init(tables: Int, partitions: Int, newTables: Int, newColumns: Int, adopted: Int, vanished: Int) {
        self.tables = tables
        self.partitions = partitions
        self.newTables = newTables
        self.newColumns = newColumns
        self.adopted = adopted
        self.vanished = vanished
    }
}
