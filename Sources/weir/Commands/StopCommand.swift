import ArgumentParser
import Flow
import Lake

/// `weir stop`: ends the project's engine in good order.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop the project's engine.",
        discussion: """
            What runs is stopped and goes on with the next engine; nothing that was taken is lost. With --drain the \
            engine first delivers what is buffered and finishes what waits and runs.

              weir stop --drain
            """)

    @OptionGroup var project: ProjectOptions

    @Flag(help: "Finish what waits and runs first.")
    var drain = false

    @Option(help: ArgumentHelp("Seconds to wait for the end.", valueName: "seconds"))
    var patience = 60

    func run() async throws {
        let folder = try project.folder()
        let link = try await ProjectEngine(folder: folder, role: "weir stop").running()
        let message = try await link.tell(.stop(drain: drain))
        let isStopped = try await EngineProcess.waitUntilStopped(
            project: folder.path, patience: drain ? .seconds(86_400) : .seconds(patience))
        guard isStopped else {
            throw CommandFailure(
                .failed, "the engine has not stopped within \(patience) s: see \(folder.path)/.weir/log/engine.log")
        }
        try project.output.document(Message(message: "stopped"))
        project.output.say(drain ? "\(message): done" : "the engine has stopped")
    }
}
