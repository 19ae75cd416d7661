package import Lake

extension Engine {
    /// Hosts an engine in this process for as long as the body works, and stops it in order afterwards. Throws what
    /// the engine or the body throws; an engine that fails cancels the body.
    package static func hosting<Result: Sendable>(
        _ project: Project, options: Options, _ body: @escaping @Sendable (LocalLink) async throws -> Result
    ) async throws -> Result {
        let engine = try await Engine(project: project, options: options)
        let (isReady, ready) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                defer { ready.finish() }
                try await engine.run { _ in ready.yield() }
                return nil
            }
            group.addTask {
                for await _ in isReady { return try await body(LocalLink(engine)) }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                guard let result else { continue }
                engine.requestStop(.now)
                try await group.waitForAll()
                return result
            }
            throw CancellationError()
        }
    }
}
