import Glibc

/// A tailed file as `weir streams` shows it.
package struct TailedFile: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable {
        case reading
        /// It has another name by now, or none, and is read to its end.
        case rotated
        case unreadable
    }
    /// Its name now.
    package var path: String
    package var state: State
    /// Bytes that were read and are durable, of the uncompressed file.
    package var offset: Int64
    /// Bytes that are not; of a compressed file, compressed ones.
    package var lag: Int64
    /// Why it can't be read.
    package var problem: String?

    package init(path: String, state: State, offset: Int64, lag: Int64, problem: String? = nil) {
        self.path = path
        self.state = state
        self.offset = offset
        self.lag = lag
        self.problem = problem
    }
}

/// The files that a stream tails.
package struct TailStatus: Sendable, Hashable, Codable {
    /// Those that lag furthest first, at most `limit`.
    package var files: [TailedFile] = []
    /// How many there are, and what all of them together lag in bytes.
    package var count = 0
    package var lag: Int64 = 0
    /// Why something can't be read or listed; nil when all is well.
    package var problem: String?

    package static let limit = 50

    package init() {}
}

extension TailedFiles {
    private static let denied = String(cString: strerror(EACCES))

    /// Without files that were read to their end and have gone.
    var status: TailStatus {
        var status = TailStatus()
        var files: [TailedFile] = []
        for source in sources where source.standing != .finished || source.problem != nil {
            let isRotated = source.standing != .named
            let file = TailedFile(
                path: source.path,
                state: source.problem != nil ? .unreadable : isRotated ? .rotated : .reading,
                offset: source.position.offset, lag: source.lag, problem: source.problem)
            status.lag += file.lag
            // What is rotated and read to its end is of no interest any more.
            if isRotated, file.lag == 0, file.problem == nil { continue }
            files.append(file)
        }
        files.sort { ($0.problem == nil ? 1 : 0, -$0.lag, $0.path) < ($1.problem == nil ? 1 : 0, -$1.lag, $1.path) }
        status.count = files.count
        status.files = Array(files.prefix(TailStatus.limit))
        status.problem = (files.first?.problem ?? problems.min { $0.key < $1.key }?.value)
            .map { $0 + ($0.hasSuffix(Self.denied) ? ": let the engine's user read it" : "") }
        return status
    }
}
