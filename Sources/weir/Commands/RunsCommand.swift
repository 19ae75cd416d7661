import ArgumentParser
import Console
import Flow
import Lake
import Store

/// `weir runs`: what has run, and one run in detail.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Show the newest runs, or one run with its steps.",
        discussion: """
            Works with and without an engine.

              weir runs --state failed
              weir runs 12
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "A run's number: show its steps, why it failed, and the end of the log.")
    var run: Int64?

    @Option(help: "Only runs of this workflow.")
    var workflow: String?

    @Option(help: "Only runs in this state: queued, running, retrying, succeeded, failed, cancelled.")
    var state: RunState?

    @Option(help: "Only runs older than this one: the next page.")
    var before: Int64?

    @Option(help: "How many.")
    var limit = 20

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
        let folder = try project.folder()
        if let run { return try await show(run, folder) }
        let (workflow, state, before, limit) = (workflow, state, before, limit)
        let runs = try await folder.read(or: []) {
            try $0.runs(workflow: workflow, state: state, before: before, limit: limit)
        }
        try project.output.document(runs)
        guard !runs.isEmpty else {
            return project.output.say(state == nil && workflow == nil ? "nothing has run yet" : "there is no such run")
        }
        project.output.say(Self.table(runs, folder.clock))
    }

    private static func table(_ runs: [RunSummary], _ clock: Clock) -> TextTable {
        var table = TextTable("RUN", "WORKFLOW", "FOR", "STATE", "STARTED", ">TOOK", "WHY")
        for run in runs {
            let took = run.startedAt.flatMap { start in
                run.finishedAt.map { Figures.duration(milliseconds: $0 - start) }
            }
            let failure = [run.failedStep, run.error, run.message].compactMap { $0 }.filter { !$0.isEmpty }
            table.add(
                "\(run.id)", .init(run.workflow), .init(run.interval?.description ?? ""),
                .init(run.state.rawValue, run.state.tone), .init(run.startedAt.map(clock.text) ?? ""),
                .init(took ?? ""), .init(failure.isEmpty ? run.reason : failure.joined(separator: ": ")))
        }
        return table
    }

    private struct Detail: Encodable {
        var run: RunSummary
        var attempts: [AttemptSummary]
    }

    private func show(_ id: Int64, _ folder: ProjectFolder) async throws {
        let found = try await folder.read(or: Detail?.none) { reading in
            try reading.run(id).map { Detail(run: $0, attempts: try reading.attempts(run: id, step: nil)) }
        }
        guard let found else { throw CommandFailure(.wrongUse, "there is no run \(id): see weir runs") }
        let output = project.output
        try output.document(found)
        output.say("\(RunReport.summary(found.run)); started by: \(found.run.reason)")
        var table = TextTable("STEP", "DOES", "STATE", ">ATTEMPTS", ">TOOK", ">ROWS", ">READ", "NEWS")
        for step in found.run.steps {
            let took = step.startedAt.flatMap { start in
                step.finishedAt.map { Figures.duration(milliseconds: $0 - start) }
            }
            table.add(
                .init(step.name), .init(step.kind), .init(step.state.rawValue, step.state.tone), "\(step.attempts)",
                .init(took ?? ""), .init(step.rows.map { Figures.exact(Int64($0)) } ?? ""),
                .init(step.bytesScanned.map(Figures.bytes) ?? ""),
                .init([step.error, step.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")))
        }
        output.say(table)
        guard found.run.state == .failed, let step = found.run.failedStep,
            let log = found.attempts.last(where: { $0.step == step })?.log, !log.isEmpty
        else { return }
        output.say("log of \(step):")
        for line in log.split(separator: "\n").suffix(40) { output.say("    \(line)") }
        output.say("mend it, then: weir retry \(id)")
    }
}

extension RunState: ExpressibleByArgument {
    var tone: TextTable.Tone {
        switch self {
        case .queued, .retrying: .waiting
        case .running: .busy
        case .succeeded: .good
        case .failed: .bad
        case .cancelled: .faint
        }
    }
}

extension StepState {
    var tone: TextTable.Tone {
        switch self {
        case .waiting, .queued, .skipped, .cancelled: .faint
        case .running: .busy
        case .retrying: .waiting
        case .succeeded: .good
        case .failed, .timedOut: .bad
        }
    }
}
