import ArgumentParser
import Flow
import Lake

/// `weir crawl`: brings the catalog up to date now.
struct CrawlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crawl",
        abstract: "Bring the catalog up to date now.",
        discussion: """
            Merges the schemas of new objects, takes in what other programs have put into the tree, and tells \
            workflows which partitions have changed.

              weir crawl lake
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The crawler's name (default: all).")
    var crawler: String?

    func run() async throws {
        try await project.perform(.crawl(crawler), as: "weir crawl")
    }
}
