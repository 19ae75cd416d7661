import CSQLite
import Foundation

/// A SQLite database of the demo that is not Weir's own: the application's, or the one that end users query.
/// One owner; closed when the last reference goes. Everything throws `DemoError.database`.
final class SQLiteFile {
    let path: String
    private let handle: OpaquePointer

    enum Access {
        case create, write, read

        fileprivate var flags: Int32 {
            switch self {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .write: SQLITE_OPEN_READWRITE
            case .read: SQLITE_OPEN_READONLY
            }
        }
    }

    init(_ path: String, _ access: Access) throws {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, access.flags, nil)
        guard let handle, code == SQLITE_OK else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw DemoError.database(path, message)
        }
        self.path = path
        self.handle = handle
        sqlite3_busy_timeout(handle, 10_000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that return nothing. Returns how many rows the last of them changed.
    @discardableResult
    func execute(_ sql: String) throws -> Int {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
        return Int(sqlite3_changes(handle))
    }

    /// Runs one INSERT for every row, in a transaction of its own.
    func insert<Rows: Sequence>(_ sql: String, _ rows: Rows, values: (Rows.Element) -> [Cell]) throws {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        try execute("BEGIN")
        for row in rows {
            for (index, value) in values(row).enumerated() { try bind(value, at: Int32(index + 1), of: statement) }
            let code = sqlite3_step(statement)
            guard code == SQLITE_DONE else {
                try check(code)
                break
            }
            sqlite3_reset(statement)
        }
        try execute("COMMIT")
    }

    /// All rows of a query, as their values are stored.
    func rows(_ sql: String) throws -> [[Cell]] {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        var rows: [[Cell]] = []
        let columns = sqlite3_column_count(statement)
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else {
                try check(code)
                return rows
            }
            rows.append((0..<columns).map { value(at: $0, of: statement) })
        }
    }

    private func prepare(_ sql: String) throws -> OpaquePointer {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
        guard let statement else { throw DemoError.database(path, "an empty statement") }
        return statement
    }

    private func bind(_ value: Cell, at index: Int32, of statement: OpaquePointer) throws {
        switch value {
        case .null: try check(sqlite3_bind_null(statement, index))
        case .integer(let number): try check(sqlite3_bind_int64(statement, index, Int64(number)))
        case .real(let number): try check(sqlite3_bind_double(statement, index, number))
        case .text(let text): try check(weir_sqlite_bind_text(statement, index, text, Int32(text.utf8.count)))
        }
    }

    private func value(at index: Int32, of statement: OpaquePointer) -> Cell {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: .integer(Int(sqlite3_column_int64(statement, index)))
        case SQLITE_FLOAT: .real(sqlite3_column_double(statement, index))
        case SQLITE_NULL: .null
        default: .text(sqlite3_column_text(statement, index).map { String(cString: $0) } ?? "")
        }
    }

    private func check(_ code: Int32) throws {
        guard code != SQLITE_OK else { return }
        throw DemoError.database(path, String(cString: sqlite3_errmsg(handle)))
    }
}

/// One value of a row in SQLite.
enum Cell: Hashable, CustomStringConvertible {
    case null
    case integer(Int)
    case real(Double)
    case text(String)

    var description: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        }
    }
}
