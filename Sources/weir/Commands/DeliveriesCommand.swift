import ArgumentParser
import Console
import Flow
import Lake
import Store

/// `weir deliveries`: how streams became objects.
struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Show the newest deliveries of the streams.",
        discussion: """
            Each took a part of a stream's buffer into the lake. Works with and without an engine.

              weir deliveries --stream access_log
            """)

    @OptionGroup var project: ProjectOptions

    @Option(help: "Only deliveries of this stream.")
    var stream: String?

    @Option(help: "How many.")
    var limit = 20

    func run() async throws {
        let folder = try project.folder()
        let (stream, limit) = (stream, limit)
        let deliveries = try await folder.read(or: []) { try $0.deliveries(stream: stream, limit: limit) }
        try project.output.document(deliveries)
        guard !deliveries.isEmpty else { return project.output.say("nothing has been delivered yet") }
        let clock = folder.clock
        var table = TextTable(
            ">DELIVERY", "AT", "STREAM", ">RECORDS", ">REJECTED", ">DUPLICATES", ">SIZE", ">TOOK", "PARTITIONS")
        for delivery in deliveries {
            table.add(
                "\(delivery.id)", .init(clock.text(delivery.at)), .init(delivery.stream),
                .init(Figures.exact(delivery.records)),
                .init(Figures.exact(delivery.rejected), delivery.rejected > 0 ? .bad : .plain),
                .init(Figures.exact(delivery.duplicates)), .init(Figures.bytes(delivery.bytes)),
                .init(Figures.duration(milliseconds: delivery.milliseconds)),
                .init(delivery.partitions.joined(separator: " ")))
        }
        project.output.say(table)
    }
}
