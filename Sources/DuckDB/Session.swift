import CDuckDB

/// A value bound to a `$name` of a statement. Dates and timestamps are ISO 8601 text, cast by DuckDB.
package enum BoundValue: Sendable, Hashable, Codable {
    case null
    case text(String)
    case integer(Int64)
    case real(Double)
    case bool(Bool)
    case date(String)
    case timestamp(String)
}

/// A result as text: for screens, checks and small answers, never for data on its way.
package struct TextRows: Sendable, Hashable {
    /// Names and DuckDB's types (`BIGINT`, `STRUCT(a VARCHAR)`).
    package var columns: [(name: String, type: String)] = []
    package var rows: [[String?]] = []
    /// More rows than the limit were there.
    package var truncated = false

    package static func == (left: TextRows, right: TextRows) -> Bool {
        left.rows == right.rows && left.truncated == right.truncated
            && left.columns.map(\.name) == right.columns.map(\.name)
            && left.columns.map(\.type) == right.columns.map(\.type)
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(rows) }
}

/// One DuckDB instance with one connection, used by one thread at a time; `interrupt` alone may come from any.
package final class Session {
    package struct Configuration: Sendable {
        package var threads: Int
        /// Bytes; nil: DuckDB's own default.
        package var memory: Int64?
        /// Where sorts and joins spill; nil: nowhere.
        package var temporaryDirectory: String?

        package init(threads: Int, memory: Int64?, temporaryDirectory: String?) {
            self.threads = threads
            self.memory = memory
            self.temporaryDirectory = temporaryDirectory
        }
    }

    /// Loads the library if this process has not yet, and opens an in-memory database. Throws `DuckDBError`.
    package init(_ configuration: Configuration) throws { fatalError("contract") }

    /// Runs one or more statements and drops their results.
    package func execute(_ sql: String) throws { fatalError("contract") }

    /// Runs one statement; reads at most `limit` rows.
    package func rows(_ sql: String, _ parameters: [String: BoundValue] = [:], limit: Int = .max) throws -> TextRows {
        fatalError("contract")
    }

    /// The first column of the first row as text.
    package func value(_ sql: String, _ parameters: [String: BoundValue] = [:]) throws -> String? {
        try rows(sql, parameters, limit: 1).rows.first?.first ?? nil
    }

    /// Loads an extension that lies beside the library: `sqlite_scanner`, `postgres_scanner`, `mysql_scanner`.
    package func loadExtension(_ name: String) throws { fatalError("contract") }
}
