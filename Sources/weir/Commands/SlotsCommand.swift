import ArgumentParser
import Console
import Flow
import Lake

/// `weir slots`: what holds them, and who waits.
struct SlotsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slots",
        abstract: "Show the slots in which statements run, or change their number.",
        discussion: """
            At most as many statements run at once as there are slots.

              weir slots
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The new number of slots.")
    var count: Int?

    func validate() throws {
        guard count.map({ (1...64).contains($0) }) ?? true else {
            throw ValidationError("the number of slots must be between 1 and 64")
        }
    }

    func run() async throws {
        let link = try await ProjectEngine(folder: try project.folder(), role: "weir slots").running()
        if let count {
            let message = try await link.tell(.setSlots(count))
            try project.output.document(Message(message: message))
            return project.output.say(message)
        }
        let status = try await link.status()
        try project.output.document(status.slots)
        project.output.say(
            "\(status.slots.busy) of \(status.slots.total) slots busy, \(status.slots.waiting) waiting")
        if !status.steps.isEmpty { project.output.say(Self.table(status.steps)) }
    }

    static func table(_ steps: [LiveStep]) -> TextTable {
        var table = TextTable("RUN", "STEP", ">DONE", "WAITS FOR")
        for step in steps {
            table.add(
                "\(step.run)", .init(step.step), .init(step.progress.map { "\(Int($0 * 100))%" } ?? ""),
                .init(step.waitsFor ?? ""))
        }
        return table
    }
}
