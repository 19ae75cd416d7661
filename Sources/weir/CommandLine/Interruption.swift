import UnixSignals

/// Work that ends in good order when a person or the system asks the process to end.
enum Interruption {
    /// Waits until the task is cancelled, and throws `CancellationError`.
    static func untilCancelled() async throws {
        // A stream that nobody writes to ends with the task that reads it.
        let (silence, writer) = AsyncStream.makeStream(of: Never.self)
        for await _ in silence {}
        writer.finish()
        throw CancellationError()
    }

    /// Runs the body; the first SIGINT, SIGTERM or SIGHUP cancels it, and then this throws `CancellationError` once
    /// the body has ended.
    static func ending<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { break }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let result = next { return result }
            }
            throw CancellationError()
        }
    }
}
