import Console
import Flow
import Foundation
import Lake

/// Waits for an engine's work, as someone would who asks `weir status` and `weir runs` again and again.
struct Watch: Sendable {
    /// Longer than any of the waits inside the engine: from a delivery to its crawl, from an event to its run.
    private static let quiet = Duration.seconds(1)
    /// How long nothing may change before the story gives up.
    private static let patience = Duration.seconds(120)
    private static let newsEvery = Duration.seconds(5)

    let weir: WeirProgram
    let folder: DemoFolder
    let plan: DemoPlan
    let narrator: Narrator

    /// Waits until today's log is sent, no record is in a buffer, and no run is on its way.
    /// Throws `DemoError.patience` when nothing moves any more.
    func untilQuiet() async throws {
        let clock = ContinuousClock()
        var last: [Int64] = []
        var (changed, told) = (clock.now, clock.now)
        while true {
            if let status = try? await status() {
                let now = Self.fingerprint(of: status)
                if now != last { (last, changed) = (now, clock.now) }
                let isIdle = try hasSentAll() && status.streams.allSatisfy { $0.buffered == 0 } && active(status) == 0
                if isIdle && clock.now - changed > Self.quiet { return }
                if clock.now - told > Self.newsEvery {
                    told = clock.now
                    narrator.more(news(status))
                }
            }
            if clock.now - changed > Self.patience {
                throw DemoError.patience(
                    "nothing has moved for \(Self.patience.components.seconds) s: look with weir console --dir "
                        + folder.path)
            }
            try await Task.sleep(for: .milliseconds(150))
        }
    }

    func status() async throws -> EngineStatus { try await weir.json(EngineStatus.self, ["status"]) }

    func runs() async throws -> [RunSummary] {
        try await weir.json([RunSummary].self, ["runs", "--limit", "100000"])
    }

    /// The newest run of each day.
    func latestRuns(of workflow: String) async throws -> [RunSummary] {
        var latest: [Interval: RunSummary] = [:]
        for run in try await runs() where run.workflow == workflow {
            guard let interval = run.interval, (latest[interval]?.id ?? 0) < run.id else { continue }
            latest[interval] = run
        }
        return latest.values.sorted { $0.id < $1.id }
    }

    /// Waits until a run has ended. Throws `DemoError.patience` when it doesn't.
    func untilEnd(ofRun id: Int64) async throws -> RunSummary {
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while clock.now < end {
            if let run = try await runs().first(where: { $0.id == id }), run.state.isTerminal { return run }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw DemoError.patience("run \(id) has not ended: look with weir console --dir \(folder.path)")
    }

    private func hasSentAll() throws -> Bool {
        let size = try FileManager.default.attributesOfItem(atPath: folder.liveLog(plan))[.size] as? Int
        return folder.sentOfToday == size
    }

    private func active(_ status: EngineStatus) -> Int {
        RunState.allCases.filter { !$0.isTerminal }.map { status.runsByState[$0.rawValue] ?? 0 }.reduce(0, +)
    }

    private static func fingerprint(of status: EngineStatus) -> [Int64] {
        status.streams.flatMap { [$0.received, $0.delivered, $0.buffered] }
            + RunState.allCases.map { Int64(status.runsByState[$0.rawValue] ?? 0) }
            + [Int64(status.pid), Int64(status.steps.hashValue)]
    }

    private func news(_ status: EngineStatus) -> String {
        let delivered = status.streams.map(\.delivered).reduce(0, +)
        let done = status.runsByState[RunState.succeeded.rawValue] ?? 0
        return "\(Figures.exact(delivered)) records delivered, \(Figure.several(done, "run")) succeeded, "
            + "\(active(status)) on their way"
    }
}
