package import Flow

/// How a console comes to an engine.
package struct EngineAccess: Sendable {
    /// The engine that may run now; nil when none does. Asked again and again while there is none.
    package var find: @Sendable () async -> (any EngineLink)?
    /// Starts one where none runs at the beginning; nil: the console waits for somebody to start one.
    package var start: (@Sendable () async throws -> Void)?

    package init(
        find: @escaping @Sendable () async -> (any EngineLink)?, start: (@Sendable () async throws -> Void)? = nil
    ) {
        self.find = find
        self.start = start
    }

    /// The engine of the project in a folder, in a process of its own.
    package static func socket(
        project: String, start: (@Sendable () async throws -> Void)? = nil
    ) -> EngineAccess {
        EngineAccess(find: { try? SocketLink(project: project) }, start: start)
    }
}
