import ArgumentParser
import Flow
import Lake
import Store

/// `weir plan`: what the files as they are now would change.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show how weir.yaml differs from what last ran, and which days that makes stale.",
        discussion: """
            Changes nothing. weir apply takes the change up.

              weir plan
            """)

    @OptionGroup var project: ProjectOptions

    func run() async throws {
        let folder = try project.folder()
        let definition = try folder.load()
        let nothing = ProjectPlan(steps: [], neverRan: definition.workflows.map(\.name), removed: [])
        let plan = try await folder.read(or: nothing) { try ProjectPlan.make(definition, $0) }
        try project.output.document(plan)
        plan.show(project.output)
    }
}
