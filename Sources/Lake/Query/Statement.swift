/// What the engine asks of a worker: one statement at a time, sent over the worker's pipe.
package enum Statement: Sendable, Hashable, Codable {
    case describe(DescribeStatement)
    case query(QueryStatement)
    case select(SelectStatement)
    case survey(SurveyStatement)
    case deliver(DeliverStatement)
    case extract(ExtractStatement)
    case load(LoadStatement)
}

package enum StatementResult: Sendable, Hashable, Codable {
    case described(Described)
    case queried(QueryOutcome)
    case selected(QueryRows)
    case surveyed(SurveyOutcome)
    case delivered(DeliverOutcome)
    case extracted(ExtractOutcome)
    case loaded(LoadOutcome)
}

/// A Parquet file that a worker has written into the staging area: complete and `fdatasync`ed, named by no one yet.
package struct StagedFile: Sendable, Hashable, Codable {
    /// Absolute.
    package var path: String
    package var rows: Int
    package var bytes: Int64
    /// Milliseconds since 1970, where the table has a time column.
    package var minTime: Int64?
    package var maxTime: Int64?
    /// Without partition columns.
    package var columns: [Column]
    /// SHA-256 of the file, in hexadecimal.
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

/// A table as one moment of the lake has it: the files that a statement reads when it names the table.
package struct PinnedTable: Sendable, Hashable, Codable {
    package var name: TableName
    /// The catalog's columns, without partition keys; they type an empty window.
    package var columns: [Column]
    /// `[]`, `["dt"]` or `["dt", "hour"]`: columns that come from the path.
    package var keys: [String]
    /// Absolute paths under `.objects/`.
    package var files: [String]
    /// The files' sizes together.
    package var bytes: Int64
    package var inputs: [InputVersion]

    package init(
        name: TableName, columns: [Column], keys: [String], files: [String], bytes: Int64, inputs: [InputVersion]
    ) {
        self.name = name
        self.columns = columns
        self.keys = keys
        self.files = files
        self.bytes = bytes
        self.inputs = inputs
    }
}

/// Which tables and parameters a statement names. Fails with `Query.Failed`, pointing into the file.
package struct DescribeStatement: Sendable, Hashable, Codable {
    /// Relative to the project's folder; nil for a statement typed by a person.
    package var file: String?
    package var sql: String

    package init(file: String?, sql: String) {
        self.file = file
        self.sql = sql
    }
}
package struct Described: Sendable, Hashable, Codable {
    /// As written, without the names that the statement itself defines (WITH).
    package var tables: [String]
    package var parameters: [String]
    /// Where each table is first named, in bytes from the statement's start.
    package var positions: [String: Int]

    package init(tables: [String], parameters: [String], positions: [String: Int] = [:]) {
        self.tables = tables
        self.parameters = parameters
        self.positions = positions
    }
}

/// A SELECT whose result becomes a staged Parquet file (zstd, row groups of 122,880 rows), after its checks hold.
/// A HUGEINT, which sums of integers are, is stored as BIGINT, and one that doesn't fit fails the statement: DuckDB
/// alone would store an inexact DOUBLE.
package struct QueryStatement: Sendable, Hashable, Codable {
    package var file: String?
    package var sql: String
    package var parameters: [String: TypedValue]
    package var tables: [PinnedTable]
    package var checks: [Check]
    /// The partition that the result becomes, as `dt=2026-11-21`; its keys are left out of the file, and a result
    /// that holds them with another value is refused.
    package var partition: String
    /// An absolute path in an existing folder.
    package var output: String

    package init(
        file: String?, sql: String, parameters: [String: TypedValue], tables: [PinnedTable], checks: [Check],
        partition: String, output: String
    ) {
        self.file = file
        self.sql = sql
        self.parameters = parameters
        self.tables = tables
        self.checks = checks
        self.partition = partition
        self.output = output
    }
}
package struct QueryOutcome: Sendable, Hashable, Codable {
    package var file: StagedFile
    package var bytesScanned: Int64

    package init(file: StagedFile, bytesScanned: Int64) {
        self.file = file
        self.bytesScanned = bytesScanned
    }
}

/// A SELECT whose first rows a person looks at.
package struct SelectStatement: Sendable, Hashable, Codable {
    package var sql: String
    package var parameters: [String: TypedValue]
    package var tables: [PinnedTable]
    package var limit: Int

    package init(sql: String, parameters: [String: TypedValue], tables: [PinnedTable], limit: Int) {
        self.sql = sql
        self.parameters = parameters
        self.tables = tables
        self.limit = limit
    }
}
package struct QueryRows: Sendable, Hashable, Codable {
    package var columns: [Column]
    /// As text; nil is NULL.
    package var rows: [[String?]]
    /// More rows than the limit were there.
    package var truncated: Bool

    package init(columns: [Column], rows: [[String?]], truncated: Bool) {
        self.columns = columns
        self.rows = rows
        self.truncated = truncated
    }
}

/// A parameter's value with the type that the workflow declares.
package struct TypedValue: Sendable, Hashable, Codable {
    package var kind: Parameter.Kind
    package var value: ParameterValue

    package init(kind: Parameter.Kind, value: ParameterValue) {
        self.kind = kind
        self.value = value
    }
}
