import ArgumentParser
import Flow
import Lake
import Store

/// `weir workflows`: what can run, and pausing it.
struct WorkflowsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflows",
        abstract: "Show the workflows; pause or resume one.",
        discussion: """
            Nothing of a paused workflow starts by itself until it is resumed.

              weir workflows pause engagement_daily
            """,
        subcommands: [List.self, Pause.self, Resume.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show the workflows of weir.yaml.")
        @OptionGroup var project: ProjectOptions

        private struct Line: Encodable {
            var name: String
            var on: String?
            var each: String?
            var steps: Int
            var paused: Bool
            var lastRun: RunSummary?
        }

        func run() async throws {
            let folder = try project.folder()
            let workflows = try folder.load().workflows
            let (paused, last) = try await folder.read(or: (Set<String>(), [String: RunSummary]())) { reading in
                let paused = try reading.rows("SELECT workflow FROM paused_workflows").map { $0.text("workflow") }
                var last: [String: RunSummary] = [:]
                for workflow in workflows {
                    last[workflow.name] = try reading.runs(workflow: workflow.name, state: nil, before: nil, limit: 1)
                        .first
                }
                return (Set(paused), last)
            }
            let lines = workflows.map { workflow in
                Line(
                    name: workflow.name,
                    on: workflow.trigger.map { "\($0.event) \($0.table ?? "")" }, each: workflow.each?.rawValue,
                    steps: workflow.steps.count, paused: paused.contains(workflow.name), lastRun: last[workflow.name])
            }
            try project.output.document(lines)
            guard !lines.isEmpty else { return project.output.say("the project has no workflows") }
            var table = TextTable("WORKFLOW", "STATE", "EACH", ">STEPS", "STARTS ON", "LAST RUN")
            for line in lines {
                let run = line.lastRun.map { "\($0.id)\($0.interval.map { " \($0)" } ?? "") \($0.state.rawValue)" }
                table.add(
                    .init(line.name), line.paused ? .init("paused", .waiting) : .init("ready", .good),
                    .init(line.each ?? ""), "\(line.steps)", .init(line.on ?? "by hand"),
                    .init(run ?? "never", line.lastRun?.state.tone ?? .faint))
            }
            project.output.say(table)
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Start nothing of it by itself.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The workflow's name.") var workflow: String

        func run() async throws {
            try await project.perform(.pauseWorkflow(workflow), as: "weir workflows")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let it start again.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The workflow's name.") var workflow: String

        func run() async throws {
            try await project.perform(.resumeWorkflow(workflow), as: "weir workflows")
        }
    }
}
