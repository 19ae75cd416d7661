import Foundation
package import Lake

/// An engine in this process.
package struct LocalLink: EngineLink {
    private let engine: Engine

    package init(_ engine: Engine) { self.engine = engine }

    package func send(_ command: EngineCommand, key: String) async throws -> EngineReply {
        try checkEngine()
        return await engine.handle(command, key: key, who: "\(NSUserName()), pid \(getpid())")
    }

    package func ingest(_ lines: [UInt8], into stream: String) async throws -> TakenRecords {
        try checkEngine()
        return try await engine.ingest(lines, into: stream)
    }

    package func pulses(rest: Duration) -> AsyncStream<EnginePulse> { engine.pulses(rest: rest) }

    private func checkEngine() throws {
        guard !engine.hasEnded else { throw LinkFailure.noEngine(project: engine.project.directory) }
    }
}
