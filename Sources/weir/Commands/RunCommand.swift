import ArgumentParser
import Flow
import Lake

/// `weir run`: starts a run now and waits for its end.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a workflow now, and wait for its end.",
        discussion: """
            A workflow with each: dt runs for one day, which --param dt names. Exits with 1 when the run fails, and \
            says why.

              weir run engagement_daily --param dt=2026-11-21
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The workflow's name.")
    var workflow: String

    @Option(
        name: [.customLong("param"), .short],
        help: ArgumentHelp("A parameter's value; may be given again.", valueName: "name=value"))
    var parameters: [GivenParameter] = []

    @Flag(help: "Return as soon as the run is started.")
    var noWait = false

    private struct Started: Encodable {
        var run: Int64
    }

    func run() async throws {
        let folder = try project.folder()
        let command = try command(try folder.load())
        let report = RunReport(folder: folder, output: project.output)
        let (waits, output) = (!noWait, project.output)
        try await ProjectEngine(folder: folder, role: "weir run").use { link in
            guard case .started(let run) = try await link.ask(command) else { throw LinkFailure.lost }
            if waits { return try await report.follow(run, by: link) }
            try output.document(Started(run: run))
            output.say("run \(run) is on its way: weir runs \(run)")
        }
    }

    private func command(_ project: Project) throws -> EngineCommand {
        var values: [String: String] = [:]
        for parameter in parameters {
            guard values.updateValue(parameter.value, forKey: parameter.name) == nil else {
                throw CommandFailure(.wrongUse, "--param \(parameter.name) is given twice")
            }
        }
        // An unknown workflow is for the engine to refuse: it may know more than the file does.
        let interval = try project.workflow(workflow)?.each.map { each in
            try Self.interval(workflow, each, &values)
        }
        return .run(
            workflow: workflow, interval: interval, parameters: values.mapValues(ParameterValue.text))
    }

    /// Takes `dt`, and `hour`, out of the values.
    private static func interval(
        _ workflow: String, _ each: Granularity, _ values: inout [String: String]
    ) throws -> Interval {
        let example = each == .hour ? "--param dt=2026-11-21T05" : "--param dt=2026-11-21"
        guard var text = values.removeValue(forKey: "dt") else {
            throw CommandFailure(
                .wrongUse, "\(workflow) runs for each \(each == .hour ? "hour" : "day"): say which, \(example)")
        }
        if each == .hour, let hour = values.removeValue(forKey: "hour") {
            text += "T" + (hour.count == 1 ? "0" : "") + hour
        }
        guard let interval = Interval(text), (interval.hour != nil) == (each == .hour) else {
            throw CommandFailure(
                .wrongUse, "'\(text)' is not the name of \(each == .hour ? "an hour" : "a day"): \(example)")
        }
        return interval
    }
}

/// `name=value`.
struct GivenParameter: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        name = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}
