import CPlatform
import Foundation
import Lake
import Store
import Synchronization

/// What answers requests, whichever way they come.
struct Responder: Sendable {
    var command: @Sendable (_ command: EngineCommand, _ key: String, _ who: String) async -> EngineReply
    var ingest: @Sendable (_ lines: [UInt8], _ stream: String) async -> Result<TakenRecords, Refusal>
    var pulses: @Sendable (_ rest: Duration) -> AsyncStream<EnginePulse>
}

/// The engine's Unix socket. One thread moves bytes for all connections; requests are answered in tasks, one at a
/// time for each connection. What a client does, or fails to do, concerns its own connection alone.
final class SocketServer: Sendable {
    let path: String
    private let greeting: Greeting
    private let responder: Responder
    private let loop: SocketLoop

    init(path: String, greeting: Greeting, responder: Responder) throws {
        self.path = path
        self.greeting = greeting
        self.responder = responder
        loop = try SocketLoop(greeting: try greeting.line())
    }

    /// Binds and listens; connections are served as soon as `run` runs. The caller holds the engine's lock, so a
    /// socket that is there is a dead engine's and is removed. Throws `EngineFailure.socket`.
    func open() throws {
        func failure() -> EngineFailure { .socket(path: path, reason: systemReason()) }
        let folder = (path as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var status = weir_file_status()
        guard weir_stat(folder, &status) == 0, status.owner == getuid() else {
            throw EngineFailure.socket(path: path, reason: "its folder belongs to another user")
        }
        unlink(path)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw failure() }
        // Linux gives the socket's file the mode of the descriptor: no moment at which others could connect.
        fchmod(listener, 0o600)
        guard withSocketAddress(path, { bind(listener, $0, $1) }) == 0, listen(listener, 64) == 0 else {
            defer { close(listener) }
            throw failure()
        }
        loop.listen(listener)
    }

    /// Serves until cancelled; then answers what is being answered, writes what is owed, and removes the socket.
    func run() async throws {
        let thread = BlockingQueue("weir.socket")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [loop] in try await thread.run { try loop.serve() } }
            group.addTask { [self] in
                await answerRequests()
                loop.stop()
            }
            while try await group.next() != nil {}
        }
        unlink(path)
    }

    private func answerRequests() async {
        await withDiscardingTaskGroup { group in
            for await request in loop.requests {
                group.addTask { [self] in
                    await answer(request)
                    loop.finish()
                }
            }
        }
    }

    private func answer(_ received: SocketLoop.Received) async {
        let connection = received.connection
        switch received.request {
        case .command(let key, let command):
            send(.reply(await responder.command(command, key, received.who)), to: connection)
        case .ingest(let stream, let lines):
            switch await responder.ingest(lines, stream) {
            case .success(let taken): send(.taken(taken), to: connection)
            case .failure(let refusal): send(.refused(refusal), to: connection)
            }
        case .pulses(let rest):
            for await pulse in responder.pulses(.milliseconds(rest)) {
                guard let line = try? AnswerLine.pulse(pulse).line(), loop.push(line, to: connection) else { return }
            }
        }
    }

    private func send(_ answer: AnswerLine, to connection: Int) {
        let refusal = AnswerLine.refused(Refusal(.failed, "the engine's answer could not be written as JSON"))
        guard let line = (try? answer.line()) ?? (try? refusal.line()) else { return }
        loop.answer(line, to: connection)
    }
}
