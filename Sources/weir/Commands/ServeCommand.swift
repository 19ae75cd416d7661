import ArgumentParser
import Flow
import Foundation
import Lake

/// `weir serve`: the engine, without a screen.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the project's engine: take records, crawl, compute, serve.",
        discussion: """
            Runs in the foreground until it gets SIGTERM, SIGINT or weir stop. With --detach it goes on by itself, \
            as a session of its own, and its log is .weir/log/engine.log.

              weir serve --detach && weir status
            """)

    @OptionGroup var project: ProjectOptions

    @Flag(help: "Start the engine as a session of its own and return when it takes commands.")
    var detach = false

    private struct Listening: Encodable {
        var pid: Int32
        var address: String?
    }

    func run() async throws {
        let folder = try project.folder()
        // Read here first: who starts an engine sees the mistakes of weir.yaml at once.
        let definition = try folder.load()
        if detach { return try await start(folder) }
        signal(SIGPIPE, SIG_IGN)
        let output = project.output
        let options = Engine.Options(executable: ThisProgram.path, servesHTTP: true, servesSocket: true)
        do {
            try await Interruption.ending {
                let engine = try await Engine(project: definition, options: options)
                try await engine.run { address in
                    try? output.document(Listening(pid: getpid(), address: address))
                    output.say(address.map { "listening on http://\($0)" } ?? "ready")
                }
            }
        } catch is CancellationError {
            // A signal asked for the end, and it has come in good order.
        }
    }

    private func start(_ folder: ProjectFolder) async throws {
        let engine = try await EngineProcess.start(
            project: folder.path, executable: ThisProgram.path, arguments: ["serve", "--dir", folder.path])
        let address = try await SocketLink(project: folder.path).status().address
        try project.output.document(Listening(pid: engine.process, address: address))
        project.output.say(
            "the engine runs, pid \(engine.process)"
                + (address.map { ", listening on http://\($0)" } ?? "") + "; weir stop ends it")
    }
}
