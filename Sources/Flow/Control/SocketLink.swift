import Foundation
package import Lake
import Store

/// An engine in another process, reached over its Unix socket. Each conversation has a connection of its own, so
/// nothing is shared between callers and none waits for another.
package struct SocketLink: EngineLink {
    package let project: String
    private let path: String

    /// Finds the engine of the project in a folder. Throws `LinkFailure.noEngine` when none says where it listens;
    /// whether it still lives shows when something is sent.
    package init(project: String) throws(LinkFailure) {
        guard let path = LockHolder.read(project: project)?.socket else { throw .noEngine(project: project) }
        self.project = project
        self.path = path
    }

    package func send(_ command: EngineCommand, key: String) async throws -> EngineReply {
        switch try await ask(.command(key: key, command), records: []) {
        case .reply(let reply): return reply
        case .refused(let refusal): return .refused(refusal)
        case .taken, .pulse: throw LinkFailure.lost
        }
    }

    package func ingest(_ lines: [UInt8], into stream: String) async throws -> TakenRecords {
        switch try await ask(.ingest(stream: stream, bytes: lines.count), records: lines) {
        case .taken(let taken): return taken
        case .refused(let refusal): throw refusal
        case .reply, .pulse: throw LinkFailure.lost
        }
    }

    package func pulses(rest: Duration) -> AsyncStream<EnginePulse> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let conversation = SocketConversation()
            continuation.onTermination = { _ in conversation.end() }
            DispatchQueue(label: "weir.link.pulses").async { [project, path] in
                defer { continuation.finish() }
                do {
                    try conversation.begin(path: path, project: project)
                    try conversation.say(try RequestLine.pulses(rest: Int(rest.inMilliseconds)).line())
                    while case .pulse(let pulse) = try conversation.hear(AnswerLine.self) { continuation.yield(pulse) }
                } catch {
                    // The engine has gone or the caller has: either way there are no more pulses, and that is all
                    // that the stream's end says.
                }
            }
        }
    }

    private func ask(_ request: RequestLine, records: [UInt8]) async throws -> AnswerLine {
        let conversation = SocketConversation()
        let thread = BlockingQueue("weir.link")
        return try await withTaskCancellationHandler {
            try await thread.run { [project, path] in
                try conversation.begin(path: path, project: project)
                try conversation.say(try request.line() + records)
                return try conversation.hear(AnswerLine.self)
            }
        } onCancel: {
            conversation.end()
        }
    }
}
