import ArgumentParser
import Console
import Flow
import Lake

/// `weir status`: what the engine does now.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the engine does now.",
        discussion: """
            Streams with their counts (received = delivered + rejected + duplicates + buffered), runs by state, slots \
            and the steps at work. Exits with 3 when no engine runs.

              weir status --json
            """)

    @OptionGroup var project: ProjectOptions

    func run() async throws {
        let link = try await ProjectEngine(folder: try project.folder(), role: "weir status").running()
        let status = try await link.status()
        try project.output.document(status)
        Self.show(status, project.output)
    }

    static func show(_ status: EngineStatus, _ output: Output) {
        let uptime = Figures.duration(milliseconds: Int64(status.uptimeSeconds * 1000))
        output.say(
            "\(status.project): the engine runs, pid \(status.pid), for \(uptime)"
                + (status.address.map { ", listening on http://\($0)" } ?? ""))
        let runs = RunState.allCases.compactMap { state in
            status.runsByState[state.rawValue].map { "\(Figures.exact(Int64($0))) \(state.rawValue)" }
        }
        output.say("runs: \(runs.isEmpty ? "none yet" : runs.joined(separator: ", "))")
        output.say(
            "slots: \(status.slots.busy) of \(status.slots.total) busy"
                + (status.slots.waiting > 0 ? ", \(status.slots.waiting) waiting" : ""))
        if !status.streams.isEmpty {
            output.say()
            output.say(StreamsCommand.table(status.streams))
        }
        if !status.steps.isEmpty {
            output.say()
            output.say(SlotsCommand.table(status.steps))
        }
    }
}
