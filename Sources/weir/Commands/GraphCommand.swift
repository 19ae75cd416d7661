import ArgumentParser
import Lake

/// `weir graph`: how data goes through the project.
struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draw what comes in, what is made of it, and where it goes.",
        discussion: """
            Steps are listed in an order in which they can run; those with the same number run side by side.

              weir graph
            """)

    @OptionGroup var project: ProjectOptions

    private struct Edge: Encodable {
        /// "stream", "extract", or a workflow's name.
        var part: String
        var name: String
        /// The longest way to it, in steps; nil outside of workflows.
        var level: Int?
        var does: String
        var makes: [String]
        var needs: [String]
    }

    func run() throws {
        let definition = try project.folder().load()
        let output = project.output
        try output.document(Self.edges(definition))
        if !definition.streams.isEmpty || !definition.extracts.isEmpty {
            var table = TextTable("SOURCE", "", "", "TABLES")
            for edge in Self.sources(definition) {
                table.add(.init(edge.part), .init(edge.name), "──▶", .init(edge.makes.joined(separator: ", ")))
            }
            output.say(table)
        }
        for workflow in definition.workflows {
            let start = workflow.trigger.map { "on \($0.event) of \($0.table ?? "")" } ?? "by hand"
            let each = workflow.each.map { ", a run for each \($0.rawValue)" } ?? ""
            output.say("\n\(workflow.name): \(start)\(each)")
            var table = TextTable("", "STEP", "DOES", "AFTER")
            for edge in Self.steps(of: workflow) {
                let makes = edge.makes.isEmpty ? "" : " ──▶ " + edge.makes.joined(separator: ", ")
                table.add(
                    "\(edge.level ?? 0)", .init(edge.name), .init(edge.does + makes),
                    .init(edge.needs.joined(separator: ", ")))
            }
            output.say(table)
        }
    }

    private static func edges(_ project: Project) -> [Edge] {
        sources(project) + project.workflows.flatMap(steps)
    }

    private static func sources(_ project: Project) -> [Edge] {
        project.streams.map {
            Edge(part: "stream", name: $0.name, does: $0.format.word.rawValue, makes: [$0.into.description], needs: [])
        }
            + project.extracts.map {
                Edge(
                    part: "extract", name: $0.name, does: $0.from.kind.rawValue,
                    makes: $0.lakeTables.map(\.description), needs: [])
            }
    }

    private static func steps(of workflow: WorkflowDefinition) -> [Edge] {
        var levels: [String: Int] = [:]
        return workflow.steps.map { step in
            // A step that a catch starts comes after whoever goes to it.
            let callers = workflow.steps.filter { $0.catches.contains { $0.goto == step.name } }.map(\.name)
            let needs = step.needs + callers
            let level = 1 + (needs.compactMap { levels[$0] }.max() ?? 0)
            levels[step.name] = level
            return Edge(
                part: workflow.name, name: step.name, level: level, does: step.work.words, makes: step.work.makes,
                needs: step.needs + callers.map { "\($0) fails" })
        }
    }
}

extension StepWork {
    /// What it does, in words.
    fileprivate var words: String {
        switch self {
        case .query(let work): "query \(work.file)"
        case .extract(let name, let tables):
            "extract \(name)" + (tables.isEmpty ? "" : " \(tables.joined(separator: ", "))")
        case .crawl(let name): "crawl \(name)"
        case .load(let work): "load \(work.from)"
        case .run(let arguments): "run \(arguments.joined(separator: " "))"
        }
    }

    /// The tables that it writes: marts of the lake, tables of a serving database.
    fileprivate var makes: [String] {
        switch self {
        case .query(let work): [work.into.description]
        case .load(let work): [work.table]
        case .extract, .crawl, .run: []
        }
    }
}
