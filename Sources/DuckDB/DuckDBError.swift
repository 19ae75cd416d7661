/// What DuckDB, or the search for its library, said.
package enum DuckDBError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No usable library; says where it was looked for and how to get it.
    case noLibrary(String)
    /// The statement does not parse or bind; the position is in bytes from the statement's start where DuckDB tells.
    case invalid(message: String, position: Int?)
    case outOfMemory(String)
    case interrupted
    case failed(String)

    package var description: String {
        switch self {
        case .noLibrary(let message), .outOfMemory(let message), .failed(let message): message
        case .invalid(let message, _): message
        case .interrupted: "interrupted"
        }
    }
}
