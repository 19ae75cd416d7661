import ArgumentParser

/// `weir-bench NAME [--json]`: measures, prints each figure beside its goal and its reference, and exits 1 when a
/// goal is missed.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir-bench", abstract: "Measures Weir beside a peer or a physical limit, in the same run.")

    @Argument(help: "What to measure: \(Bench.allCases.map(\.rawValue).joined(separator: ", ")).")
    var bench: Bench

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let report = Report(bench: bench.rawValue, figures: try await bench.measure())
        try report.print(asJSON: json)
        if report.figures.contains(where: \.isMissed) { throw ExitCode(1) }
    }
}

enum Bench: String, CaseIterable, ExpressibleByArgument {
    case ingest, tail, console, workflow, demo

    func measure() async throws -> [Figure] {
        switch self {
        case .ingest: try await IngestBench().measure()
        case .tail: try await TailBench().measure()
        case .console: try await ConsoleBench().measure()
        case .workflow: try await WorkflowBench().measure()
        case .demo: try DemoBench().measure()
        }
    }
}
