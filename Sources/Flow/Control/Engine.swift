package import Lake

/// The engine: the only writer of the store while it runs. Everything else of Flow and Lake lives in here.
package final class Engine: Sendable {
    package struct Options: Sendable {
        /// The program that workers are started from.
        package var executable: String
        /// False for an engine hosted by one command: no port is opened.
        package var servesHTTP: Bool
        package var servesSocket: Bool

        package init(executable: String, servesHTTP: Bool, servesSocket: Bool) {
            self.executable = executable
            self.servesHTTP = servesHTTP
            self.servesSocket = servesSocket
        }
    }

    /// Takes the lock, opens the store, begins an epoch, recovers buffers and the lake, resumes runs; listens last.
    /// Throws an error that says who holds the project, or what is wrong with it.
    package init(project: Project, options: Options) async throws { fatalError("contract") }

    /// Works until it is stopped or the task is cancelled; ends workers and children; closes the store.
    package func run() async throws { fatalError("contract") }

    /// For `LocalLink`.
    package func handle(_ command: EngineCommand, key: String, who: String) async -> EngineReply {
        fatalError("contract")
    }
    package func ingest(_ lines: [UInt8], into stream: String) async throws -> TakenRecords { fatalError("contract") }
    package func pulses() -> AsyncStream<EnginePulse> { fatalError("contract") }
}
