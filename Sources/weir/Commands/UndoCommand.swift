import ArgumentParser
import Flow
import Lake

/// `weir undo`: a partition as it was before its last publish.
struct UndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Publish the version of a partition again that was there before.",
        discussion: """
            The last three versions are kept. Steps that load the table load it again.

              weir undo mart.engagement dt=2026-11-21
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The table's name.", transform: { try TableName($0) })
    var table: TableName

    @Argument(help: "The partition, as dt=2026-11-21 (default: an unpartitioned table's whole).")
    var partition = ""

    func run() async throws {
        try await project.perform(.undo(table: table, partition: partition), as: "weir undo")
    }
}
