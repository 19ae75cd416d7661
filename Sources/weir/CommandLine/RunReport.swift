import Console
import Flow
import Foundation
import Lake
import Store
import Synchronization

/// Tells of a run while it works and of how it ended.
struct RunReport: Sendable {
    let folder: ProjectFolder
    let output: Output

    /// Waits for the run's end, telling of each change of a step. Prints how it ended; throws `CommandFailed` when
    /// it did not succeed.
    func follow(_ id: Int64, by link: any EngineLink) async throws {
        let told = Mutex<[String: String]>([:])
        let clock = folder.clock
        let output = output
        output.say("run \(id) is on its way; \(link.interruption) weir cancel \(id) ends it")
        let run = try await StoreWatch(folder: folder).until { reading -> RunSummary? in
            guard let run = try reading.run(id) else {
                throw CommandFailure(.wrongUse, "there is no run \(id): see weir runs")
            }
            for step in run.steps {
                guard let line = Self.line(step) else { continue }
                let isNews = told.withLock { told in
                    defer { told[step.name] = line }
                    return told[step.name] != line
                }
                let now = Int64(Date().timeIntervalSince1970 * 1000)
                if isNews { output.say("\(clock.time(now))  \(line)") }
            }
            return run.state.isTerminal ? run : nil
        }
        try output.document(run)
        output.say(Self.summary(run))
        guard run.state == .succeeded else {
            try await explain(run)
            throw CommandFailed()
        }
    }

    /// A step's news in one line; nil while there is none.
    private static func line(_ step: StepSummary) -> String? {
        let took = step.startedAt.flatMap { start in
            step.finishedAt.map { Figures.duration(milliseconds: $0 - start) }
        }
        let head = "\(step.name): \(step.state.rawValue)"
        switch step.state {
        case .waiting, .queued: return nil
        case .running: return step.attempts > 1 ? "\(head), attempt \(step.attempts)" : head
        case .retrying: return "\(head) after attempt \(step.attempts): \(reason(step))"
        case .succeeded:
            return [head, step.rows.map { "\(Figures.exact(Int64($0))) rows" }, took].compactMap { $0 }
                .joined(separator: ", ")
        case .failed, .timedOut: return "\(head): \(reason(step))"
        case .cancelled, .skipped: return head
        }
    }

    private static func reason(_ step: StepSummary) -> String {
        [step.error, step.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
    }

    static func summary(_ run: RunSummary) -> String {
        let took = run.startedAt.flatMap { start in
            run.finishedAt.map { " in " + Figures.duration(milliseconds: $0 - start) }
        }
        return
            "run \(run.id) of \(run.workflow)\(run.interval.map { " \($0)" } ?? "") \(run.state.rawValue)\(took ?? "")"
    }

    /// Why a run failed, the end of the failed attempt's log, and what to do: on standard error.
    private func explain(_ run: RunSummary) async throws {
        guard run.state == .failed else { return }
        var lines = ["run \(run.id) failed"]
        if let step = run.failedStep {
            lines[0] += " at \(step)"
            let attempts = try await folder.read(or: []) { try $0.attempts(run: run.id, step: step) }
            if let log = attempts.last?.log {
                lines += log.split(separator: "\n").suffix(20).map { "    \($0)" }
            }
        }
        let why = [run.error, run.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
        if !why.isEmpty { lines[0] += ": \(why)" }
        lines.append("mend it, then: weir retry \(run.id)")
        Output.complain(lines.joined(separator: "\n"))
    }
}

extension EngineLink {
    /// What an interruption of the watching command means.
    var interruption: String {
        self is LocalLink ? "^C leaves the rest to the next engine;" : "^C stops watching it;"
    }
}

/// The work failed and has been explained already.
struct CommandFailed: Error {}
