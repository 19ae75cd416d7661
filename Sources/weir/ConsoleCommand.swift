import ArgumentParser
import Console
import Flow
import Foundation
import Lake

/// `weir console`: the project on screen. Attaches to its engine, or starts one that outlives the console.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Watch and operate the project on screen.",
        discussion: """
            Attaches to the project's engine. Where none runs, one is started in a session of its own, as tmux starts \
            its server: on quitting you are asked whether to leave it running. Without an engine the console still \
            shows what has happened. ? lists the keys.
            """)

    @Option(help: "The project's folder (default: the nearest one above that has a weir.yaml).")
    var dir: String?

    @Flag(help: "Change nothing: every key that would is refused, and no engine is started.")
    var readOnly = false

    @Flag(help: "Host the engine in the console's own process; both end together.")
    var embedded = false

    @Option(help: "A theme by name; T in the console shows them.")
    var theme: String?

    func validate() throws {
        guard !(readOnly && embedded) else {
            throw ValidationError("--read-only starts no engine, and --embedded does: give one of them")
        }
    }

    func run() async throws {
        // Whoever goes away at the other end of a pipe is an error to be told, not the console's end.
        signal(SIGPIPE, SIG_IGN)
        let directory = try ProjectFolder(dir).path
        let environment = ProcessInfo.processInfo.environment
        guard embedded else { return try await attach(directory, environment) }
        let project = try ProjectParser.load(directory, environment: environment)
        let options = Engine.Options(
            executable: ThisProgram.path, servesHTTP: true, servesSocket: true, environment: environment,
            role: "weir console --embedded")
        let profile = profile(directory, project, .embedded)
        _ = try await Engine.hosting(project, options: options) { [theme] link in
            try await ConsoleSession(
                profile: profile, access: EngineAccess(find: { link }), theme: theme, environment: environment
            ).run()
        }
    }

    private func attach(_ directory: String, _ environment: [String: String]) async throws {
        let executable = ThisProgram.path
        let start: @Sendable () async throws -> Void = {
            _ = try await EngineProcess.start(
                project: directory, executable: executable, arguments: ["serve", "--dir", directory],
                environment: environment)
        }
        // A project whose weir.yaml has errors still has a history to look at; its engine says what is wrong.
        let project = try? ProjectParser.load(directory, environment: environment)
        let session = ConsoleSession(
            profile: profile(directory, project, .somebody),
            access: .socket(project: directory, start: readOnly ? nil : start), theme: theme, environment: environment)
        switch try await session.run() {
        case .leave: return
        case .stopEngine:
            guard let link = try? SocketLink(project: directory) else { return }
            let reply = try await link.send(.stop(drain: false), key: UUID().uuidString)
            if case .refused(let refusal) = reply { throw refusal }
            guard try await EngineProcess.waitUntilStopped(project: directory, patience: .seconds(30)) else {
                throw Refusal(.failed, "the engine has not stopped within 30 s: see .weir/log/engine.log")
            }
        }
    }

    private func profile(_ directory: String, _ project: Project?, _ engine: EngineOwner) -> Profile {
        Profile(
            project: project?.name ?? URL(fileURLWithPath: directory).lastPathComponent, directory: directory,
            timeZone: project.flatMap { TimeZone(identifier: $0.timeZone) } ?? .gmt, readOnly: readOnly,
            engine: engine, session: UUID().uuidString)
    }
}
