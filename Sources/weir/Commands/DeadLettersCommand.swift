import ArgumentParser
import Console
import Flow
import Lake
import Store

/// `weir dead-letters`: events and intervals that were set aside.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Show what was set aside because it failed again and again.",
        discussion: """
            Events that no rule could answer, and days of a backfill that kept failing. They block nothing.

              weir dead-letters
            """,
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the newest dead letters.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "How many.") var limit = 20

        func run() async throws {
            let folder = try project.folder()
            let limit = limit
            let letters = try await folder.read(or: []) { try $0.deadLetters(limit: limit) }
            try project.output.document(letters)
            guard !letters.isEmpty else { return project.output.say("nothing has been set aside") }
            let clock = folder.clock
            var table = TextTable("LETTER", "AT", "KIND", "ABOUT", "FOR", "REASON")
            for letter in letters {
                table.add(
                    "\(letter.id)", .init(clock.text(letter.at)), .init(letter.kind), .init(letter.subject),
                    .init(letter.interval ?? ""), .init(letter.reason))
            }
            project.output.say(table)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one dead letter.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The letter's number.") var letter: Int64

        func run() async throws {
            let id = letter
            let found = try await project.folder().read(or: DeadLetterSummary?.none) { try $0.deadLetter(id) }
            guard let found else { throw CommandFailure(.wrongUse, "there is no dead letter \(id)") }
            try project.output.document(found)
            project.output.say("\(found.kind) of \(found.subject)\(found.interval.map { " \($0)" } ?? "")")
            project.output.say("reason: \(found.reason)")
            project.output.say("payload: \(found.payload)")
        }
    }
}
