import ArgumentParser
import Flow
import Foundation
import Lake
import Store

/// `weir apply`: the running engine takes weir.yaml up as it is now.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Let the running engine take up weir.yaml as it is now.",
        discussion: """
            Checks it, shows the plan and asks. Runs that are on their way keep the definition they started with. \
            An engine that starts reads weir.yaml anyway.

              weir apply --yes
            """)

    @OptionGroup var project: ProjectOptions

    @Flag(name: [.long, .short], help: "Don't ask.")
    var yes = false

    func run() async throws {
        let folder = try project.folder()
        let definition = try folder.load()
        let link = try await ProjectEngine(folder: folder, role: "weir apply").running()
        if !yes {
            try await folder.read(or: ProjectPlan(steps: [], neverRan: [], removed: [])) {
                try ProjectPlan.make(definition, $0)
            }.show(project.output)
            try Self.confirm()
        }
        let message = try await link.tell(.apply)
        try project.output.document(Message(message: message))
        project.output.say(message)
    }

    /// Asks at the terminal. Throws `CommandFailure` without one, and for any answer but yes.
    private static func confirm() throws {
        guard isatty(STDIN_FILENO) == 1, Output.isTerminal else {
            throw CommandFailure(.wrongUse, "there is no terminal to ask at: say --yes")
        }
        Output.write("apply this? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else { throw CommandFailure(.failed, "nothing was applied") }
    }
}
