package import Flow
import Foundation
import Lake
package import Store

/// A real engine, `weir serve`, in a process of its own over a project in a temporary folder.
package struct EngineUnderTest: Sendable {
    package let project: TemporaryDirectory
    package let program: ProgramUnderTest

    package init(project: TemporaryDirectory, program: ProgramUnderTest) {
        self.project = project
        self.program = program
    }

    /// The `weir` that was built beside the tests.
    package static let executable: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
        return (tests as NSString).deletingLastPathComponent + "/weir"
    }()

    /// Starts an engine for the project and waits until it takes commands. Throws with what it said when it ends
    /// instead.
    package static func start(
        _ project: TemporaryDirectory, environment: [String: String] = [:]
    ) async throws -> EngineUnderTest {
        let engine = EngineUnderTest(project: project, program: try launch(project, environment: environment))
        let answers = try await eventually(within: .seconds(120)) {
            if let code = engine.program.poll() {
                throw ProgramUnderTest.Failure(
                    description: "weir serve ended with \(code): \(engine.program.standardError)")
            }
            return await engine.isReady
        }
        guard answers else { throw ProgramUnderTest.Failure(description: "weir serve does not answer") }
        return engine
    }

    /// Starts an engine and does not wait.
    package static func launch(
        _ project: TemporaryDirectory, environment: [String: String] = [:]
    ) throws -> ProgramUnderTest {
        try ProgramUnderTest(
            executable, ["serve", "--dir", project.path], environment: environment, keepingOutputIn: project)
    }

    /// Whether this engine, not an older one, takes commands.
    package var isReady: Bool {
        get async {
            guard let holder = LockHolder.read(project: project.path), holder.process == program.process,
                let link = try? SocketLink(project: project.path)
            else { return false }
            return (try? await link.send(.status, key: "")) != nil
        }
    }

    package func link() throws -> SocketLink { try SocketLink(project: project.path) }

    package func send(_ command: EngineCommand) async throws -> EngineReply {
        try await link().send(command, key: UUID().uuidString)
    }

    package func status() async throws -> EngineStatus {
        guard case .status(let status) = try await send(.status) else {
            throw ProgramUnderTest.Failure(description: "another answer than a status")
        }
        return status
    }

    /// Ends the engine without a word, as a power cut of its process would.
    package func kill() async throws {
        program.send(SIGKILL)
        try await program.ended()
    }

    /// Ends the engine in order.
    @discardableResult
    package func stop(drain: Bool = false) async throws -> ProgramUnderTest.Outcome {
        _ = try await send(.stop(drain: drain))
        return try await program.ended()
    }

    /// Runs a `weir` command on the project to its end.
    package static func weir(
        _ arguments: [String], in project: TemporaryDirectory, environment: [String: String] = [:]
    ) async throws -> ProgramUnderTest.Outcome {
        try await ProgramUnderTest(
            executable, arguments + ["--dir", project.path], environment: environment, keepingOutputIn: project
        ).ended()
    }

    /// The project's store, to read.
    package func store() throws -> Store { try Store.openForReading(project(".weir/weir.db")) }
}
