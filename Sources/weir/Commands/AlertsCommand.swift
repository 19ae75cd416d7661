import ArgumentParser
import Console
import Flow
import Lake
import Store

/// `weir alerts`: what needs somebody.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Show open alerts; acknowledge or snooze one.",
        discussion: """
            An alert closes by itself when what it is about is over.

              weir alerts
              weir alerts ack 3
            """,
        subcommands: [List.self, Acknowledge.self, Snooze.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the alerts.")
        @OptionGroup var project: ProjectOptions
        @Flag(help: "Show closed ones as well.") var all = false
        @Option(help: "How many.") var limit = 50

        func run() async throws {
            let folder = try project.folder()
            let (open, limit) = (!all, limit)
            let alerts = try await folder.read(or: []) { try $0.alerts(open: open, limit: limit) }
            try project.output.document(alerts)
            guard !alerts.isEmpty else { return project.output.say("nothing needs you") }
            let clock = folder.clock
            var table = TextTable("ALERT", "SINCE", "STATE", "KIND", "ABOUT", "FOR", ">TIMES", "MESSAGE")
            for alert in alerts {
                let about = [alert.subject, alert.step].compactMap { $0 }.joined(separator: " ")
                table.add(
                    "\(alert.id)", .init(clock.text(alert.openedAt)),
                    .init(alert.state.rawValue, alert.state == .open ? .bad : .faint), .init(alert.kind), .init(about),
                    .init(alert.interval ?? ""), "\(alert.occurrences)", .init(alert.message))
            }
            project.output.say(table)
        }
    }

    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack", abstract: "Say that somebody looks after it.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The alert's number.") var alert: Int64

        func run() async throws {
            try await project.perform(.acknowledge(alert: alert), as: "weir alerts")
        }
    }

    struct Snooze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "snooze", abstract: "Hear nothing of it for a while.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The alert's number.") var alert: Int64
        @Argument(help: "For how long, as 30m or 2h.", transform: Self.duration) var time: Duration

        func run() async throws {
            let command = EngineCommand.snooze(alert: alert, seconds: Int(time.components.seconds))
            try await project.perform(command, as: "weir alerts")
        }

        private static func duration(_ text: String) throws -> Duration {
            guard let time = Duration(weir: text), time > .zero else {
                throw ValidationError("'\(text)' is no time like 30m or 2h")
            }
            return time
        }
    }
}
