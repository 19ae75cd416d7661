import ArgumentParser
import Flow
import Lake

/// `weir extract`: copies a database's tables into the lake now.
struct ExtractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Copy a database's tables into the lake now.",
        discussion: """
            All tables of an extract are read as of one moment and published together; a table that has not changed \
            publishes nothing.

              weir extract masters
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The extract's name (default: all).")
    var extract: String?

    func run() async throws {
        try await project.perform(.extract(extract), as: "weir extract")
    }
}
