package import Store

/// Which partitions of a table a statement reads.
package enum Window: Sendable, Hashable {
    case whole
    case intervals(ClosedRange<Interval>)

    /// Whether a partition's interval lies in the window. An hour lies in its day's window, and a day's partition in
    /// the window of any of its hours. What has no interval is always read.
    func holds(_ interval: Interval?) -> Bool {
        guard let interval, case .intervals(let range) = self else { return true }
        let first = range.lowerBound
        let last = range.upperBound
        if interval.day < first.day || interval.day > last.day { return false }
        guard let hour = interval.hour else { return true }
        if interval.day == first.day, let from = first.hour, hour < from { return false }
        if interval.day == last.day, let to = last.hour, hour > to { return false }
        return true
    }
}

extension Reading {
    /// A table's files at this moment. Unpartitioned tables are always whole.
    /// Throws `UnknownTable`, which suggests the nearest name, when the catalog has no such table.
    package func pin(_ table: TableName, _ window: Window, in folder: ObjectFolder) throws -> PinnedTable {
        guard let entry = try first("SELECT * FROM tables WHERE name = ?", [.text(table.description)]) else {
            let names = try rows("SELECT name FROM tables").map { $0.text("name") }
            throw UnknownTable(
                name: table.description, nearest: NearestName.of(table.description, among: names))
        }
        let catalog = try CatalogTable(entry)
        var arguments: [Value] = [.text(table.description)]
        var range = ""
        if case .intervals(let intervals) = window, !catalog.keys.isEmpty {
            // Days are text that sorts by time; hours of the last day come after its own name.
            range = "AND partitions.partition >= ? AND partitions.partition < ?"
            arguments.append(.text(Interval(day: intervals.lowerBound.day).partition))
            arguments.append(.text(Interval(day: intervals.upperBound.day + 1).partition))
        }
        let rows = try rows(
            """
            SELECT partitions.partition, partitions.version, path, bytes FROM partitions
            LEFT JOIN version_objects USING (table_name, partition, version) LEFT JOIN objects ON id = object_id
            WHERE partitions.table_name = ? \(range) ORDER BY partitions.partition, id
            """, arguments)
        var pinned = PinnedTable(
            name: table, columns: catalog.columns, keys: catalog.keys, files: [], bytes: 0, inputs: [])
        for row in rows {
            let partition = row.text("partition")
            guard window.holds(Interval(partition: partition)) else { continue }
            if pinned.inputs.last?.partition != partition {
                pinned.inputs.append(
                    InputVersion(table: table, partition: partition, version: Int64(row.integer("version"))))
            }
            guard let path = row.optionalText("path") else { continue }
            pinned.files.append(folder.absolute(path))
            pinned.bytes += Int64(row.integer("bytes"))
        }
        return pinned
    }

    /// All tables of the catalog, by name.
    package func catalogTables() throws -> [CatalogTable] {
        try rows("SELECT * FROM tables ORDER BY name").map(CatalogTable.init)
    }

    /// The partitions of a table that hold at least one object, in order.
    package func partitions(of table: TableName) throws -> [CatalogPartition] {
        try rows(
            """
            SELECT partitions.partition, partitions.version, generation, changed_at, versions.rows, versions.bytes,
                count(*) AS objects
            FROM partitions JOIN versions USING (table_name, partition, version)
            JOIN version_objects USING (table_name, partition, version)
            WHERE partitions.table_name = ? GROUP BY partitions.partition ORDER BY partitions.partition
            """, [.text(table.description)]
        ).map { row in
            CatalogPartition(
                partition: row.text("partition"), version: Int64(row.integer("version")),
                generation: Int64(row.integer("generation")), rows: row.integer("rows"),
                bytes: Int64(row.integer("bytes")), objects: row.integer("objects"),
                changedAt: Int64(row.integer("changed_at")))
        }
    }
}

package struct CatalogTable: Sendable, Hashable, Codable {
    package var name: TableName
    package var kind: TableKind
    package var keys: [String]
    package var columns: [Column]
    /// Rises when the columns change.
    package var version: Int64
    package var crawledAt: Int64?

    package init(name: TableName, kind: TableKind, keys: [String], columns: [Column], version: Int64, crawledAt: Int64?)
    {
        self.name = name
        self.kind = kind
        self.keys = keys
        self.columns = columns
        self.version = version
        self.crawledAt = crawledAt
    }

    init(_ row: Row) throws {
        self.init(
            name: try TableName(row.text("name")), kind: TableKind(rawValue: row.text("kind")) ?? .adopted,
            keys: try StoredJSON.value([String].self, row.text("keys")),
            columns: try StoredJSON.value([Column].self, row.text("columns")),
            version: Int64(row.integer("version")), crawledAt: row.optionalInteger("crawled_at").map(Int64.init))
    }
}

package struct CatalogPartition: Sendable, Hashable, Codable {
    package var partition: String
    package var version: Int64
    package var generation: Int64
    package var rows: Int
    package var bytes: Int64
    package var objects: Int
    package var changedAt: Int64

    package init(
        partition: String, version: Int64, generation: Int64, rows: Int, bytes: Int64, objects: Int, changedAt: Int64
    ) {
        self.partition = partition
        self.version = version
        self.generation = generation
        self.rows = rows
        self.bytes = bytes
        self.objects = objects
        self.changedAt = changedAt
    }
}

package struct UnknownTable: Error, Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let nearest: String?

    package init(name: String, nearest: String?) {
        self.name = name
        self.nearest = nearest
    }
    package var description: String {
        "no table \(name) in the catalog" + (nearest.map { "; did you mean \($0)?" } ?? "; see weir catalog")
    }
}
