package import Lake

/// How a console or a command reaches an engine: in another process (`SocketLink`) or in this one (`LocalLink`).
/// Both keep one contract, tried by one conformance suite.
package protocol EngineLink: Sendable {
    /// Sends a command and waits for its reply. A command with the same key is carried out once, however often it
    /// is sent. Throws `LinkFailure` when the engine can't be reached or goes away before it answers.
    func send(_ command: EngineCommand, key: String) async throws -> EngineReply

    /// Records for a stream, durable when this returns. Throws `Refusal`, `LinkFailure`.
    func ingest(_ lines: [UInt8], into stream: String) async throws -> TakenRecords

    /// Pushes at up to 10 Hz while something changes, and at least once a second: the store's generation and the
    /// live rates. The first comes at once; whoever wants fewer says how long it rests between two of them. A slow
    /// reader gets the newest only. Ends when the engine does.
    func pulses(rest: Duration) -> AsyncStream<EnginePulse>
}

extension EngineLink {
    package func pulses() -> AsyncStream<EnginePulse> { pulses(rest: .zero) }
}

package struct EnginePulse: Sendable, Hashable, Codable {
    /// Rises whenever the store changed: read it again.
    package var generation: Int64
    package var status: EngineStatus

    package init(generation: Int64, status: EngineStatus) {
        self.generation = generation
        self.status = status
    }
}

package enum LinkFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case noEngine(project: String)
    case refusedPeer
    case lost
    /// The engine was started by another version of weir, which speaks another protocol.
    case otherVersion(process: Int32)

    package var description: String {
        switch self {
        case .noEngine(let project): "no engine runs for \(project): start one with weir serve"
        case .refusedPeer: "the engine belongs to another user"
        case .lost: "the engine went away before it answered: see .weir/log/engine.log, start it with weir serve"
        case .otherVersion(let process):
            "the engine (pid \(process)) is another version of weir: end it (kill \(process)), then start this one"
        }
    }
}
