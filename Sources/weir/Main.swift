import ArgumentParser
import Glibc
import Lake

/// `weir`: every subcommand is a file in Commands/, Demo/ or beside this one.
struct Weir: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "An ETL engine for a small data team, and the console that operates it.",
        discussion: """
            A project is a folder with weir.yaml and SQL files. weir init makes one:

              mkdir shop && cd shop && weir init
              weir ingest events sample.jsonl     records in, tables out
              weir query "SELECT * FROM mart.daily"

            Commands use the project's engine (weir serve) where one runs, and else host one while they need it, \
            unless WEIR_HOST=never is set. Exit codes: 0 done, 1 the work failed, 2 wrong use, 3 no engine, 4 refused \
            by a limit.
            """,
        version: WeirVersion.text,
        // What engines start, and no person does.
        subcommands: [WorkerCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Project",
                subcommands: [
                    InitCommand.self, ValidateCommand.self, PlanCommand.self, ApplyCommand.self, GraphCommand.self,
                    DoctorCommand.self, DemoCommand.self,
                ]),
            CommandGroup(
                name: "Engine",
                subcommands: [
                    ServeCommand.self, StopCommand.self, ConsoleCommand.self, StatusCommand.self, SlotsCommand.self,
                ]),
            CommandGroup(
                name: "Data",
                subcommands: [
                    IngestCommand.self, ExtractCommand.self, CrawlCommand.self, QueryCommand.self,
                    CatalogCommand.self, StreamsCommand.self, DeliveriesCommand.self, RejectsCommand.self,
                    UndoCommand.self,
                ]),
            CommandGroup(
                name: "Work",
                subcommands: [
                    RunCommand.self, RetryCommand.self, CancelCommand.self, BackfillCommand.self, RunsCommand.self,
                    WorkflowsCommand.self, AlertsCommand.self, EventsCommand.self, DeadLettersCommand.self,
                ]),
        ])
}

extension Weir {
    /// Throws `CommandFailure` with the nearest command when the first word is none.
    fileprivate static func refuseUnknownCommand(_ arguments: [String]) throws {
        let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word = arguments.first, !word.hasPrefix("-"), !known.contains(word) else { return }
        throw CommandFailure(
            .wrongUse,
            "there is no command '\(word)'"
                + (NearestName.of(word, among: known).map { "; did you mean 'weir \($0)'?" } ?? "")
                + " (weir --help lists them)")
    }
}

enum WeirVersion {
    static let text = "0.1.0"
}

@main
enum Main {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            try Weir.refuseUnknownCommand(arguments)
            var command = try Weir.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(ExitStatus.report(error))
        }
    }
}
