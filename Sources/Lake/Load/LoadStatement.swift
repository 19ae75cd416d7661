/// Writes a partition's rows into a serving database, once, in the destination's own transaction with its ledger
/// `weir_loads (target, interval, batch_id, generation)`.
package struct LoadStatement: Sendable, Hashable, Codable {
    package var kind: String
    package var location: String
    package var table: String
    package var mode: LoadWork.Mode
    /// The interval's text; empty for a table without partitions.
    package var interval: String
    package var source: PinnedTable
    package var batch: String
    package var generation: Int64

    package init(
        kind: String, location: String, table: String, mode: LoadWork.Mode, interval: String, source: PinnedTable,
        batch: String, generation: Int64
    ) {
        self.kind = kind
        self.location = location
        self.table = table
        self.mode = mode
        self.interval = interval
        self.source = source
        self.batch = batch
        self.generation = generation
    }
}
package struct LoadOutcome: Sendable, Hashable, Codable {
    package var rows: Int
    /// The ledger already had this batch: nothing was written.
    package var alreadyLoaded: Bool

    package init(rows: Int, alreadyLoaded: Bool) {
        self.rows = rows
        self.alreadyLoaded = alreadyLoaded
    }
}
