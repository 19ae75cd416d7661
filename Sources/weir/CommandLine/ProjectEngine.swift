import Flow
import Foundation
import Lake
import Synchronization

/// The engine that a command works with: the one that runs, or one hosted in this process for as long as the command
/// needs it.
struct ProjectEngine: Sendable {
    let folder: ProjectFolder
    /// How others are told who holds the project meanwhile: "weir ingest".
    let role: String

    /// Commands with `WEIR_HOST=never` in their environment fail where no engine runs. For who keeps one running.
    static let hosting = (variable: "WEIR_HOST", never: "never")

    /// Longer than an engine takes to recover and to listen.
    static let patience = Duration.seconds(30)

    /// The engine that runs. Waits for one that is starting. Throws `LinkFailure`, `EngineFailure.held`.
    func running() async throws -> SocketLink {
        let end = ContinuousClock.now + Self.patience
        while EngineLock.isHeld(project: folder.path) {
            if let link = try? SocketLink(project: folder.path) {
                do {
                    _ = try await link.send(.status, key: "")
                    return link
                } catch let failure as LinkFailure {
                    switch failure {
                    case .refusedPeer, .otherVersion: throw failure
                    case .noEngine, .lost: break
                    }
                }
            }
            guard ContinuousClock.now < end else {
                throw EngineFailure.held(project: folder.path, by: LockHolder.read(project: folder.path))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw LinkFailure.noEngine(project: folder.path)
    }

    /// Works with the engine that runs; where none does, hosts one, and lets it finish what the work has started
    /// (deliveries, crawls, runs) before it stops. The body runs once: what an engine that dies meanwhile has done of it
    /// is not done again.
    func use<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineLink) async throws -> Result
    ) async throws -> Result {
        while true {
            let link: SocketLink
            do {
                link = try await running()
            } catch LinkFailure.noEngine where mayHost {
                do {
                    return try await host(body)
                } catch EngineFailure.held {
                    // An engine was quicker to take the project: the work is for it.
                    continue
                }
            }
            return try await body(link)
        }
    }

    private var mayHost: Bool {
        ProcessInfo.processInfo.environment[Self.hosting.variable] != Self.hosting.never
    }

    private func host<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineLink) async throws -> Result
    ) async throws -> Result {
        let project = try folder.load()
        signal(SIGPIPE, SIG_IGN)
        // No port: records from outside are for an engine that stays. The socket is there, so that the work can be
        // watched and cancelled from another terminal.
        let options = Engine.Options(
            executable: ThisProgram.path, servesHTTP: false, servesSocket: true, role: role)
        return try await Interruption.ending {
            try await Engine.hosting(project, options: options) { link in
                let result = try await body(link)
                _ = try await link.send(.stop(drain: true), key: UUID().uuidString)
                for await _ in link.pulses() {}
                return result
            }
        }
    }
}

extension EngineLink {
    /// Sends a command once. Throws the `Refusal` when it is refused.
    func ask(_ command: EngineCommand) async throws -> EngineReply {
        let reply = try await send(command, key: UUID().uuidString)
        if case .refused(let refusal) = reply { throw refusal }
        return reply
    }

    /// Sends a command that is answered with words.
    func tell(_ command: EngineCommand) async throws -> String {
        guard case .done(let message) = try await ask(command) else { throw LinkFailure.lost }
        return message
    }

    func status() async throws -> EngineStatus {
        guard case .status(let status) = try await ask(.status) else { throw LinkFailure.lost }
        return status
    }
}

/// What commands that are answered with words print as `--json`.
struct Message: Encodable {
    var message: String
}

extension ProjectOptions {
    /// Sends a command that is answered with words, and prints them.
    func perform(_ command: EngineCommand, as role: String) async throws {
        let engine = ProjectEngine(folder: try folder(), role: role)
        let message = try await engine.use { try await $0.tell(command) }
        try output.document(Message(message: message))
        output.say(message)
    }
}
