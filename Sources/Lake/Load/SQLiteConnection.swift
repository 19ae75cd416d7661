internal import CSQLite
internal import DuckDB

/// A connection to a serving database in SQLite, used by one thread. Its calls block and throw `SQLiteFailure`.
final class SQLiteConnection {
    private let handle: OpaquePointer

    /// Opens the file, and makes it if it is absent. Whoever holds a lock is waited for as long as the patience lasts.
    init(_ path: String, patience: Duration) throws {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        guard let handle, code == SQLITE_OK else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw SQLiteFailure(code: code, message: message)
        }
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, Int32(patience / .milliseconds(1)))
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs one statement, its arguments bound as texts. Returns how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: [String?] = []) throws -> Int {
        _ = try rows(sql, arguments)
        return Int(sqlite3_changes(handle))
    }

    /// Runs one statement and returns its rows as texts.
    func rows(_ sql: String, _ arguments: [String?] = []) throws -> [[String?]] {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
        defer { sqlite3_finalize(statement) }
        for (index, argument) in arguments.enumerated() {
            let place = Int32(index + 1)
            if let argument {
                try check(weir_sqlite_bind_text(statement, place, argument, Int32(argument.utf8.count)))
            } else {
                try check(sqlite3_bind_null(statement, place))
            }
        }
        var rows: [[String?]] = []
        let columns = sqlite3_column_count(statement)
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else { throw failure(code) }
            rows.append((0..<columns).map { sqlite3_column_text(statement, $0).map { String(cString: $0) } })
        }
    }

    /// Prepares one statement and lets the body run it again and again, each time with a row's values.
    func repeating(_ sql: String, _ body: (_ run: ([StoredValue]) throws -> Void) throws -> Void) throws {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
        defer { sqlite3_finalize(statement) }
        try body { values in
            for (index, value) in values.enumerated() { try check(bind(value, Int32(index + 1), statement)) }
            let code = sqlite3_step(statement)
            guard code == SQLITE_DONE else { throw failure(code) }
            try check(sqlite3_reset(statement))
        }
    }

    private func bind(_ value: StoredValue, _ place: Int32, _ statement: OpaquePointer?) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(statement, place)
        case .integer(let number): sqlite3_bind_int64(statement, place, number)
        case .real(let number): sqlite3_bind_double(statement, place, number)
        case .text(let text): weir_sqlite_bind_text(statement, place, text, Int32(text.utf8.count))
        case .bytes(let bytes): weir_sqlite_bind_blob(statement, place, bytes, Int32(bytes.count))
        }
    }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// What SQLite said.
struct SQLiteFailure: Error, Sendable {
    enum Kind: Sendable {
        case locked, readOnly, unopenable, full, notDatabase, constraint, other
    }

    let code: Int32
    let message: String

    var kind: Kind {
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED: .locked
        case SQLITE_READONLY: .readOnly
        case SQLITE_CANTOPEN, SQLITE_PERM: .unopenable
        case SQLITE_FULL: .full
        case SQLITE_NOTADB, SQLITE_CORRUPT: .notDatabase
        case SQLITE_CONSTRAINT: .constraint
        default: .other
        }
    }
}
