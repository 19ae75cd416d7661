/// What went wrong in the lake or a buffer, in words fit for a screen.
package enum LakeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A path, what was tried, and the system's reason.
    case io(path: String, action: String, reason: String)
    /// A file that should be Parquet and isn't.
    case notParquet(path: String, finding: String)
    case diskFull(path: String)

    package var description: String {
        switch self {
        case .io(let path, let action, let reason): "can't \(action) \(path): \(reason)"
        case .notParquet(let path, let finding): "\(path) is not a complete Parquet file: \(finding)"
        case .diskFull(let path): "the disk that holds \(path) is full: free some space; nothing was lost"
        }
    }
}
