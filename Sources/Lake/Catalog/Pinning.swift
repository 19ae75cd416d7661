package import Store

/// Which partitions of a table a statement reads.
package enum Window: Sendable, Hashable {
    case whole
    case intervals(ClosedRange<Interval>)
}

extension Reading {
    /// A table's files at this moment. Unpartitioned tables are always whole.
    /// Throws `UnknownTable`, which suggests the nearest name, when the catalog has no such table.
    package func pin(_ table: TableName, _ window: Window, in folder: ObjectFolder) throws -> PinnedTable {
        fatalError("contract")
    }

    /// All tables of the catalog, by name.
    package func catalogTables() throws -> [CatalogTable] { fatalError("contract") }

    /// The partitions of a table that hold at least one object, in order.
    package func partitions(of table: TableName) throws -> [CatalogPartition] { fatalError("contract") }
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
