import Flow
import Foundation
import Glibc
import Synchronization

/// Watches what processor time a project's engine and its workers use, from a thread of its own, whoever started them.
/// What a process uses in its last tenth of a second may be missed.
final class EngineMeter: Sendable {
    struct Shares {
        /// Seconds.
        var engine = 0.0
        var workers = 0.0
    }

    private struct State {
        var isStopped = false
        /// By pid, at the last look.
        var engines: [Int32: Double] = [:]
        var workers: [Int32: Double] = [:]
    }
    private let state = Mutex(State())
    private let done = DispatchSemaphore(value: 0)

    init(project: String) {
        Thread.detachNewThread { [self] in
            while !state.withLock({ $0.isStopped }) {
                look(project)
                Thread.sleep(forTimeInterval: 0.1)
            }
            done.signal()
        }
    }

    func stop() -> Shares {
        state.withLock { $0.isStopped = true }
        done.wait()
        return state.withLock { state in
            Shares(engine: state.engines.values.reduce(0, +), workers: state.workers.values.reduce(0, +))
        }
    }

    private func look(_ project: String) {
        guard let engine = LockHolder.read(project: project)?.process, let used = Self.processorTime(of: engine) else {
            return
        }
        let workers = Self.children(of: engine).filter(Self.isWorker)
        state.withLock { state in
            state.engines[engine] = used
            for worker in workers { state.workers[worker] = Self.processorTime(of: worker) ?? state.workers[worker] }
        }
    }

    /// Seconds in user and system mode; nil when there is no such process.
    private static func processorTime(of process: Int32) -> Double? {
        // The name, in brackets, may hold spaces.
        guard let text = read("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[name...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The processes that any of its threads has started.
    private static func children(of process: Int32) -> [Int32] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        return tasks.flatMap { task in
            (read("/proc/\(process)/task/\(task)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
        }
    }

    private static func isWorker(_ process: Int32) -> Bool {
        read("/proc/\(process)/cmdline")?.split(separator: "\0").dropFirst().first == "worker"
    }

    private static func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
