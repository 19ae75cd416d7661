import ArgumentParser
import Lake

/// `weir validate`: reads weir.yaml and every file it names, and says everything that is wrong.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check weir.yaml and the SQL files it names.",
        discussion: """
            Tells every mistake at once, each with its line and column. Needs no engine and changes nothing.

              weir validate --dir shop
            """)

    @OptionGroup var project: ProjectOptions

    private struct Verdict: Encodable {
        var valid: Bool
        var errors: [ProjectError]
    }

    func run() throws {
        let output = project.output
        do {
            let found = try project.folder().load()
            try output.document(Verdict(valid: true, errors: []))
            output.say("weir.yaml is right: \(Self.parts(found))")
        } catch let errors as ProjectErrors {
            try output.document(Verdict(valid: false, errors: errors.errors))
            if project.json { throw CommandFailure(.wrongUse, Figure.several(errors.errors.count, "mistake")) }
            throw errors
        }
    }

    static func parts(_ project: Project) -> String {
        let counts = [
            (project.streams.count, "stream"), (project.extracts.count, "extract"),
            (project.crawlers.count, "crawler"), (project.workflows.count, "workflow"),
            (project.workflows.reduce(0) { $0 + $1.steps.count }, "step"),
        ]
        let parts = counts.filter { $0.0 > 0 }.map { Figure.several($0.0, $0.1) }
        return parts.isEmpty ? "it has no parts yet" : parts.joined(separator: ", ")
    }
}
