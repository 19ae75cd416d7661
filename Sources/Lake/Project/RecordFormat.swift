package import DuckDB

/// What the lines of a stream are.
package enum RecordFormat: Sendable, Hashable, Codable {
    case json, combined
    case csv(CSVShape)

    /// As `weir.yaml` has it.
    package enum Word: String, Sendable, CaseIterable {
        case json, combined, csv
    }

    package var word: Word {
        switch self {
        case .json: .json
        case .combined: .combined
        case .csv: .csv
        }
    }
}
