internal import DuckDB

/// A column on its way into SQLite, which knows integers, reals, texts and bytes.
struct ServingColumn: Sendable, Hashable {
    let name: String
    /// In DuckDB's words.
    let type: String

    /// The type that a table made for it declares. Dates and times are text that SQLite's date functions read.
    var declaration: String {
        switch storage {
        case .integer: type == "BOOLEAN" ? "BOOLEAN" : "INTEGER"
        case .real: "REAL"
        case .bytes: "BLOB"
        case .text:
            switch type {
            case "DATE": "DATE"
            case "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP"
            default: "TEXT"
            }
        }
    }

    /// An expression of one of the types that SQLite has: BIGINT, DOUBLE, BLOB or VARCHAR.
    var cast: String {
        let name = SQLText.identifier(name)
        return switch storage {
        case .integer: "CAST(\(name) AS BIGINT)"
        case .real: "CAST(\(name) AS DOUBLE)"
        case .bytes: name
        // A moment is written in UTC, without an offset.
        case .text where type == "TIMESTAMP WITH TIME ZONE": "CAST(\(name) AT TIME ZONE 'UTC' AS VARCHAR)"
        case .text: "CAST(\(name) AS VARCHAR)"
        }
    }

    /// What the staging table declares, so that SQLite converts nothing.
    var staged: String {
        switch storage {
        case .integer: "INTEGER"
        case .real: "REAL"
        case .bytes: "BLOB"
        case .text: "TEXT"
        }
    }

    private enum Storage { case integer, real, text, bytes }

    private var storage: Storage {
        switch type {
        case "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
            "UBIGINT", "UHUGEINT":
            .integer
        case "FLOAT", "DOUBLE": .real
        case _ where type.hasPrefix("DECIMAL("): .real
        case "BLOB": .bytes
        default: .text
        }
    }
}
