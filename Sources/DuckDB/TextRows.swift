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
