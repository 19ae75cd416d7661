/// A column that the scanner can fill.
package struct ScanColumn: Sendable, Hashable {
    /// DuckDB's names.
    package enum Kind: String, Sendable, Hashable, Codable {
        case boolean = "BOOLEAN"
        case bigint = "BIGINT"
        case double = "DOUBLE"
        case timestamp = "TIMESTAMP"
        case varchar = "VARCHAR"
    }
    package var name: String
    package var kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// How a batch's lines become rows.
package struct RecordLayout: Sendable, Hashable {
    package enum Format: Sendable, Hashable {
        case json
        /// Apache's and nginx's `combined`, and `common`, which ends after the bytes.
        case combined
        case csv(CSVShape)
    }

    /// More columns than any sane log has; a bound on what a sender can make of a table.
    static let columnLimit = 1000
    /// Bytes of a line.
    static let lineLimit = 1 << 20

    package var format: Format
    /// For `combined` these are `CombinedLine.columns`.
    package var columns: [ScanColumn]
    /// The column with the record's own time; nil: its arrival counts.
    package var timeField: String?
    /// An IANA zone: that of times without an offset, and of the days that partitions are.
    package var timeZone: String
    /// Partitions are hours, not days.
    package var hourly: Bool

    package init(format: Format, columns: [ScanColumn], timeField: String?, timeZone: String, hourly: Bool) {
        self.format = format
        self.columns = columns
        self.timeField = format == .combined ? "time" : timeField
        self.timeZone = timeZone
        self.hourly = hourly
    }

    var timeName: String { timeField ?? "" }

    /// A field of a record that is named as a partition key is left out: the partition's own value has its name.
    var partitionKeys: [String] { hourly ? ["dt", "hour"] : ["dt"] }

    /// The type that a column has whatever its values look like; nil: they decide.
    func declaredKind(of column: String) -> ScanColumn.Kind? {
        guard case .csv(let shape) = format else { return nil }
        return shape.kinds[column]
    }

    /// The column of each field of csv. A growing layout gets the columns that it lacks; otherwise their fields, and
    /// those named as a partition key, fill none.
    mutating func placeFields(growing: Bool) -> [Int?] {
        guard case .csv(let shape) = format else { return [] }
        return shape.names.map { written in
            let name = written.lowercased()
            if let column = columns.firstIndex(where: { $0.name.lowercased() == name }) { return column }
            guard growing, !partitionKeys.contains(name) else { return nil }
            columns.append(ScanColumn(name: written, kind: shape.kinds[written] ?? .varchar))
            return columns.count - 1
        }
    }
}
