import ArgumentParser
import Lake

/// `weir worker`: what the engine starts for each slot. Not for people.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Performs statements for an engine.", shouldDisplay: false)

    @Option(help: "Bytes of memory for DuckDB.")
    var memory: Int64

    @Option(help: "A folder for what DuckDB spills; emptied at the start.")
    var directory: String

    @Option(help: "How the process is shown in ps and top.")
    var name: String

    func run() { WorkerProcess(memory: memory, directory: directory, name: name).run() }
}
