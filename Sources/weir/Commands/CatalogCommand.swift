import ArgumentParser
import Console
import Flow
import Lake
import Store

/// `weir catalog`: the lake's tables.
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Show the lake's tables, or one table with its columns.",
        discussion: """
            Works with and without an engine.

              weir catalog
              weir catalog raw.access_log
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "A table: show its columns.")
    var table: String?

    func run() async throws {
        let folder = try project.folder()
        let tables = try await folder.read(or: []) { try $0.tables() }
        let output = project.output
        if let name = table { return try show(name, tables) }
        try output.document(tables)
        guard !tables.isEmpty else {
            return output.say("the lake has no tables yet: weir ingest or weir extract bring data, then weir crawl")
        }
        let clock = folder.clock
        var list = TextTable("TABLE", "KIND", ">PARTITIONS", ">ROWS", ">SIZE", "NEWEST", "CHANGED", "CRAWLED")
        for table in tables {
            list.add(
                .init(table.name), .init(table.kind.rawValue), .init(Figures.exact(Int64(table.partitions))),
                .init(Figures.exact(Int64(table.rows))), .init(Figures.bytes(table.bytes)),
                .init(table.newestPartition ?? ""), .init(table.changedAt.map(clock.text) ?? ""),
                .init(table.crawledAt.map(clock.text) ?? ""))
        }
        output.say(list)
    }

    private func show(_ name: String, _ tables: [TableSummary]) throws {
        guard let table = tables.first(where: { $0.name == name }) else {
            let near = NearestName.of(name, among: tables.map(\.name))
            throw CommandFailure(
                .wrongUse,
                "the lake has no table \(name)" + (near.map { "; did you mean \($0)?" } ?? ": see weir catalog"))
        }
        try project.output.document(table)
        project.output.say(
            "\(table.name): \(Figures.exact(Int64(table.rows))) rows in \(table.partitions) partitions, "
                + Figures.bytes(table.bytes))
        var list = TextTable("COLUMN", "TYPE")
        for column in table.columns { list.add(.init(column.name), .init(column.type)) }
        project.output.say(list)
    }
}
