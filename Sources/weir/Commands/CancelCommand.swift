import ArgumentParser
import Flow
import Lake

/// `weir cancel`: stops a run.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Stop a run.",
        discussion: """
            What is at work is stopped, and nothing of the run starts any more. weir retry takes it up again.

              weir cancel 12
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The run's number.")
    var run: Int64

    func run() async throws {
        try await project.perform(.cancel(run: run), as: "weir cancel")
    }
}
