import Flow
import Foundation
import Lake
import Store

/// Follows what the store says until it says what one waits for.
struct StoreWatch: Sendable {
    let folder: ProjectFolder

    private static let pause = Duration.milliseconds(100)
    /// How long there may be no engine: one that was killed is mostly started again at once.
    private static let patience = Duration.seconds(15)

    /// Calls `look` whenever the store has changed, until it returns something. Throws `LinkFailure.noEngine` when no
    /// engine has run for a while: nothing would change any more.
    func until<Result: Sendable>(_ look: @escaping @Sendable (Reading) throws -> Result?) async throws -> Result {
        guard let store = try folder.store() else { throw LinkFailure.noEngine(project: folder.path) }
        var version: Int?
        var lastSeen = ContinuousClock.now
        while true {
            let now = try store.dataVersion()
            if now != version {
                version = now
                if let result = try await store.read(look) { return result }
            }
            if EngineLock.isHeld(project: folder.path) { lastSeen = .now }
            if ContinuousClock.now - lastSeen > Self.patience { throw LinkFailure.noEngine(project: folder.path) }
            try await Task.sleep(for: Self.pause)
        }
    }
}
