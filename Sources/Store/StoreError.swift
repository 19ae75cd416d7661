import GRDB

/// What went wrong with the store, in words fit for a screen.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file belongs to another user, or its folder can't be written (SQLite's errors 8 and 14).
    case unreadable(path: String)
    /// The file was made by a newer Weir.
    case newerVersion(path: String)
    /// SQLite's `quick_check` found damage.
    case damaged(path: String, finding: String)
    /// The disk is full: nothing of the transaction was kept.
    case full
    /// A statement failed; arguments are never shown.
    case failed(code: Int32, message: String, sql: String?)

    package var description: String {
        switch self {
        case .unreadable(let path):
            "can't open \(path): start the engine (weir serve), or open it as its owner"
        case .newerVersion(let path):
            "\(path) was made by a newer version of weir: update weir to open it"
        case .damaged(let path, let finding):
            "\(path) is damaged (\(finding)): keep a copy of it, then restore a backup made with VACUUM INTO"
        case .full:
            "the disk that holds the store is full: free some space; nothing was changed"
        case .failed(let code, let message, let sql):
            "the store refused a statement: \(message) (SQLite \(code))" + (sql.map { " in: \($0)" } ?? "")
        }
    }

    static func translating<Result>(_ path: String = "the store", _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_READONLY, .SQLITE_CANTOPEN: self = .unreadable(path: path)
        case .SQLITE_FULL: self = .full
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self = .damaged(path: path, finding: error.message ?? "malformed")
        default:
            self = .failed(
                code: error.extendedResultCode.rawValue, message: error.message ?? "unknown error", sql: error.sql)
        }
    }
}
