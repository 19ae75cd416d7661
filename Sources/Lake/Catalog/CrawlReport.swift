/// What a crawl found.
package struct CrawlReport: Sendable, Hashable, Codable {
    package var tables: Int
    /// Changed since the last crawl.
    package var partitions: Int
    package var newTables: Int
    package var newColumns: Int
    package var adopted: Int
    package var vanished: Int
    /// What could not be taken into the catalog, each with its path and the reason.
    package var notes: [String]

    package init(
        tables: Int, partitions: Int, newTables: Int, newColumns: Int, adopted: Int, vanished: Int,
        notes: [String] = []
    ) {
        self.tables = tables
        self.partitions = partitions
        self.newTables = newTables
        self.newColumns = newColumns
        self.adopted = adopted
        self.vanished = vanished
        self.notes = notes
    }

    /// One line for a screen: "2 tables, 31 partitions changed, 1 column added".
    package var summary: String {
        func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        var parts = [
            counted(tables, "table"),
            partitions == 0 ? "nothing changed" : counted(partitions, "partition") + " changed",
        ]
        if newTables > 0 { parts.append(counted(newTables, "table") + " added") }
        if newColumns > 0 { parts.append(counted(newColumns, "column") + " added") }
        if adopted > 0 { parts.append(counted(adopted, "object") + " adopted") }
        if vanished > 0 { parts.append(counted(vanished, "object") + " vanished") }
        if let first = notes.first {
            parts.append(counted(notes.count, "file") + " not taken: \(first)" + (notes.count > 1 ? " …" : ""))
        }
        return parts.joined(separator: ", ")
    }
}
