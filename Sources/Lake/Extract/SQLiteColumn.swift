internal import DuckDB

/// A column of a SQLite table or view, and the ways in which its values can be read.
///
/// SQLite keeps any value in any column, whatever its declaration says. A column is read as its declaration promises
/// when every value keeps the promise; otherwise as the first type that holds them all without loss, at worst as text
/// or bytes. So an extract neither fails because of a stray value nor loses or bends one.
struct SQLiteColumn: Sendable, Hashable {
    let name: String
    /// In lower case; empty where there is none.
    let declared: String
    /// Its place in the primary key, from 1; 0: it is not in it.
    let keyPosition: Int

    init(name: String, declared: String, keyPosition: Int = 0) {
        self.name = name
        self.declared = declared.lowercased()
        self.keyPosition = keyPosition
    }

    /// What to try, best first; the last never fails. DuckDB's own mapping, where a declaration says something.
    var candidates: [SQLiteReading] {
        func declares(_ words: String...) -> Bool { words.contains { declared.contains($0) } }
        if declared == "date" { return [.date, .timestamp, .text, .bytes] }
        if declared.hasPrefix("datetime") || declared.hasPrefix("timestamp") { return [.timestamp, .text, .bytes] }
        if declared == "time" { return [.time, .text, .bytes] }
        if declares("int", "bool") { return [.integer, .text, .bytes] }
        if declares("char", "text", "clob", "json", "uuid") { return [.text, .bytes] }
        if declared.contains("blob") { return [.bytes] }
        if declares("real", "floa", "doub", "dec", "num") { return [.real, .integer, .text, .bytes] }
        return [.integer, .real, .text, .bytes]
    }

    /// Whether the declaration says what to expect; otherwise the values do.
    var isDeclared: Bool { candidates.count < 4 || candidates[0] != .integer }

    /// What a column without any value is read as.
    var whenEmpty: SQLiteReading { isDeclared ? candidates[0] : .text }
}

/// A way to read a column's values: an expression in SQLite that makes each fitting value a text and each other one
/// something that the expression in DuckDB refuses.
enum SQLiteReading: String, Sendable, Hashable {
    case integer = "BIGINT"
    case real = "DOUBLE"
    case date = "DATE"
    case timestamp = "TIMESTAMP"
    case time = "TIME"
    /// Everything but bytes, numbers as SQLite writes them.
    case text = "VARCHAR"
    /// Everything; texts as their bytes.
    case bytes = "BLOB"

    func sqlite(_ column: String) -> String {
        let c = SQLText.identifier(column)
        switch self {
        case .integer: return "CASE typeof(\(c)) WHEN 'integer' THEN \(c) WHEN 'null' THEN NULL ELSE '!' END"
        case .real:
            // 17 digits give every double back; integers beyond 2^53 have no double.
            return """
                CASE typeof(\(c)) WHEN 'real' THEN printf('%!.17g', \(c)) WHEN 'null' THEN NULL
                WHEN 'integer' THEN CASE WHEN \(c) BETWEEN -9007199254740992 AND 9007199254740992 THEN \(c) ELSE '!' END
                ELSE '!' END
                """
        case .date:
            // A time of day would be lost, unless it is midnight.
            return """
                CASE typeof(\(c)) WHEN 'text' THEN
                CASE WHEN trim(substr(\(c), 11), ' T0:.') = '' THEN substr(\(c), 1, 10) ELSE '!' END
                WHEN 'integer' THEN CASE WHEN \(c) % 86400 = 0 THEN ifnull(date(\(c), 'unixepoch'), '!') ELSE '!' END
                WHEN 'null' THEN NULL ELSE '!' END
                """
        case .timestamp:
            // Integers are seconds since 1970. Reals could be that or Julian days: they stay numbers.
            return """
                CASE typeof(\(c)) WHEN 'text' THEN \(c)
                WHEN 'integer' THEN ifnull(datetime(\(c), 'unixepoch'), '!') WHEN 'null' THEN NULL ELSE '!' END
                """
        case .time: return "CASE typeof(\(c)) WHEN 'text' THEN \(c) WHEN 'null' THEN NULL ELSE '!' END"
        case .text:
            // Any text can be right here: what is no UTF-8 stands for bytes.
            return """
                CASE typeof(\(c)) WHEN 'blob' THEN CAST(x'ff' AS TEXT) WHEN 'real' THEN printf('%!.17g', \(c))
                ELSE \(c) END
                """
        case .bytes: return "CASE WHEN \(c) IS NOT NULL THEN hex(\(c)) END"
        }
    }

    func duckDB(_ column: String) -> String {
        switch self {
        case .integer, .real, .date, .time: "CAST(\(column) AS \(rawValue))"
        // A time with an offset is another moment than the same time without; the session's zone is UTC.
        case .timestamp: "CAST(\(column) AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'"
        case .text: "decode(encode(\(column)))"
        case .bytes: "unhex(\(column))"
        }
    }
}
