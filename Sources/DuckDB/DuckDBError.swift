/// What DuckDB, or the search for its library, said.
package enum DuckDBError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No usable library; says where it was looked for and how to get it.
    case noLibrary(String)
    /// The statement is at fault: it doesn't parse or bind, or a value in it can't be computed. The position is in
    /// bytes from the statement's start, where DuckDB tells one.
    case invalid(message: String, position: Int?)
    case outOfMemory(String)
    case interrupted
    /// After this the instance answers nothing more: open another session.
    case fatal(String)
    case failed(String)

    package var description: String {
        switch self {
        case .noLibrary(let message), .outOfMemory(let message), .fatal(let message), .failed(let message): message
        case .invalid(let message, _): message
        case .interrupted: "interrupted"
        }
    }
}
