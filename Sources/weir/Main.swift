import ArgumentParser

@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir", abstract: "An ETL engine and the console that operates it.",
        subcommands: [ConsoleCommand.self, DemoCommand.self, WorkerCommand.self])
}
