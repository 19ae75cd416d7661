import ArgumentParser
import Flow
import Lake

/// `weir retry`: what failed runs again, and what comes after it.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Retry a failed run from its failure, or one of its steps; wait for its end.",
        discussion: """
            Steps that have succeeded keep their results. The run keeps the definition that it started with.

              weir retry 12
              weir retry 12 engagement --with-downstream
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The run's number.")
    var run: Int64

    @Argument(help: "A step (default: all that failed or never ran).")
    var step: String?

    @Flag(help: "Run everything after the step again, even what has succeeded.")
    var withDownstream = false

    @Flag(help: "Return as soon as the run is on its way.")
    var noWait = false

    func validate() throws {
        guard step != nil || !withDownstream else { throw ValidationError("--with-downstream needs a step") }
    }

    func run() async throws {
        let folder = try project.folder()
        let command = EngineCommand.retry(run: run, step: step, downstream: withDownstream)
        let report = RunReport(folder: folder, output: project.output)
        let (run, waits, output) = (run, !noWait, project.output)
        try await ProjectEngine(folder: folder, role: "weir retry").use { link in
            let message = try await link.tell(command)
            output.say(message)
            if waits { return try await report.follow(run, by: link) }
            try output.document(Message(message: message))
        }
    }
}
