import Flow
import Foundation
import Synchronization

/// The engine of a demo, in a process of its own: started, started anew when it dies, ended.
final class EngineKeeper: Sendable {
    static let mostRestarts = 5

    private let weir: WeirProgram
    private let log: String
    private let child = Mutex<Child?>(nil)

    /// What the engine prints is appended to `log`.
    init(_ weir: WeirProgram, log: String) {
        self.weir = weir
        self.log = log
    }

    var pid: Int32 { child.withLock { $0?.pid ?? 0 } }

    /// Starts an engine and runs the body beside it; `restarted` is told when the engine died and a new one answers.
    /// It has ended when this returns or throws. Throws `DemoError` when it can't be started, or dies again and again.
    func whileItRuns<Result: Sendable>(
        restarted: @escaping @Sendable (_ outcome: Int32, _ pid: Int32) -> Void,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        do {
            try await start()
            let result = try await withThrowingTaskGroup(of: Result.self) { group in
                group.addTask { try await body() }
                group.addTask { try await self.keep(restarted) }
                defer { group.cancelAll() }
                guard let result = try await group.next() else { throw CancellationError() }
                return result
            }
            await end()
            return result
        } catch {
            await end()
            throw error
        }
    }

    /// Returns when the engine answers. Throws `DemoError` with its last words when it ends instead.
    private func start() async throws {
        let started = try weir.start(["serve"], log: log)
        child.withLock { $0 = started }
        // A command that found no engine may host one: it answers too, but goes away with its command.
        while (try? await weir.json(EngineStatus.self, ["status"]))?.pid != started.pid {
            if started.poll() != nil { throw DemoError.command("weir serve", lastWords) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Watches until cancelled.
    private func keep(_ restarted: (_ outcome: Int32, _ pid: Int32) -> Void) async throws -> Never {
        var restarts = 0
        while true {
            try await Task.sleep(for: .milliseconds(50))
            guard let outcome = child.withLock({ $0?.poll() }) else { continue }
            guard restarts < Self.mostRestarts else {
                throw DemoError.command("weir serve", "it died \(restarts + 1) times: \(lastWords)")
            }
            restarts += 1
            try await restart()
            restarted(outcome, pid)
        }
    }

    /// A command that hosts an engine meanwhile holds the project for as long as it needs; a new one may be quicker
    /// than this a few times.
    private func restart() async throws {
        for tries in 1... {
            while EngineLock.isHeld(project: weir.directory) { try await Task.sleep(for: .milliseconds(100)) }
            do {
                return try await start()
            } catch let error as DemoError {
                guard tries < Self.mostRestarts else { throw error }
            }
        }
    }

    private func end() async { await child.withLock { $0 }?.end() }

    private var lastWords: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").last.map(String.init) ?? "it said nothing"
    }
}
