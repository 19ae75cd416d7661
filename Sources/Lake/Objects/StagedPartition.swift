/// A column of a table or an object, its type in DuckDB's words (`BIGINT`, `STRUCT(a VARCHAR)`).
package struct Column: Sendable, Hashable, Codable {
    package var name: String
    package var type: String

    package init(name: String, type: String) {
        self.name = name
        self.type = type
    }
}

/// Who makes a table's objects.
package enum TableKind: String, Sendable, Hashable, Codable {
    case stream, extract, mart, adopted
}

/// A finished Parquet file under `.objects/`, durable and checked, that no manifest names yet.
package struct StagedObject: Sendable, Hashable, Codable {
    /// Relative to the lake's root.
    package var path: String
    package var rows: Int
    package var bytes: Int64
    /// Milliseconds since 1970, where the table has a time column.
    package var minTime: Int64?
    package var maxTime: Int64?
    package var columns: [Column]
    /// A digest of the content: equal content publishes nothing new.
    package var content: String

    package init(
        path: String, rows: Int, bytes: Int64, minTime: Int64?, maxTime: Int64?, columns: [Column], content: String
    ) {
        self.path = path
        self.rows = rows
        self.bytes = bytes
        self.minTime = minTime
        self.maxTime = maxTime
        self.columns = columns
        self.content = content
    }
}

/// What a query, an extract or a delivery made for one partition, ready to be published in one transaction.
package struct StagedPartition: Sendable, Hashable {
    package enum Mode: Sendable, Hashable {
        /// The partition holds these objects alone.
        case replace
        /// These objects join those that are there.
        case append
    }
    package var table: TableName
    package var kind: TableKind
    /// `''`, `dt=2026-11-21` or `dt=2026-11-21/hour=05`.
    package var partition: String
    package var objects: [StagedObject]
    package var mode: Mode
    /// What made it: `run 12 step active_users`, `delivery 7`.
    package var origin: String

    package init(
        table: TableName, kind: TableKind, partition: String, objects: [StagedObject], mode: Mode, origin: String
    ) {
        self.table = table
        self.kind = kind
        self.partition = partition
        self.objects = objects
        self.mode = mode
        self.origin = origin
    }
}

/// What crossed from Lake to Flow: a partition's new version.
package struct ObjectCommit: Sendable, Hashable, Codable {
    package var table: TableName
    package var partition: String
    package var version: Int64
    package var generation: Int64
    package var rows: Int
    package var bytes: Int64
    /// False when the content was what the partition already held: nothing was published.
    package var changed: Bool

    package init(
        table: TableName, partition: String, version: Int64, generation: Int64, rows: Int, bytes: Int64, changed: Bool
    ) {
        self.table = table
        self.partition = partition
        self.version = version
        self.generation = generation
        self.rows = rows
        self.bytes = bytes
        self.changed = changed
    }
}

/// An input that a statement read: which version of which partition.
package struct InputVersion: Sendable, Hashable, Codable, Comparable {
    package var table: TableName
    package var partition: String
    package var version: Int64

    package init(table: TableName, partition: String, version: Int64) {
        self.table = table
        self.partition = partition
        self.version = version
    }
    package static func < (left: InputVersion, right: InputVersion) -> Bool {
        (left.table, left.partition, left.version) < (right.table, right.partition, right.version)
    }
}
