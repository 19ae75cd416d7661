import ArgumentParser
import Console
import Flow
import Lake
import Store

/// `weir events`: the event log's newest entries.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show the newest events: deliveries, crawls, publishes, runs.",
        discussion: """
            Events start crawls and workflows. Works with and without an engine.

              weir events --kind crawl.succeeded
            """)

    @OptionGroup var project: ProjectOptions

    @Option(help: "Only events of this kind.")
    var kind: String?

    @Option(help: "How many.")
    var limit = 20

    func run() async throws {
        let folder = try project.folder()
        let (kind, limit) = (kind, limit)
        let events = try await folder.read(or: []) { try $0.newestEvents(kind: kind, limit: limit) }
        try project.output.document(events)
        guard !events.isEmpty else { return project.output.say("there are no events yet") }
        let clock = folder.clock
        var table = TextTable(">EVENT", "AT", "KIND", "ABOUT", "FOR", "DETAIL")
        for event in events {
            table.add(
                "\(event.sequence)", .init(clock.text(event.at)), .init(event.kind), .init(event.subject),
                .init(event.interval ?? ""), .init(event.payload == "{}" ? "" : event.payload, .faint))
        }
        project.output.say(table)
    }
}
