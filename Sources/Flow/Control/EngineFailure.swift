/// Why an engine did not start, or had to end: one line fit for a screen, which says what to do.
package enum EngineFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another engine has the project.
    case held(project: String, by: LockHolder?)
    /// A file or folder that the engine needs can't be made or written.
    case unwritable(path: String, reason: String)
    case socket(path: String, reason: String)
    /// A service ended although nobody asked it to.
    case serviceEnded(String)
    /// A detached engine ended before it answered; what it said last.
    case notStarted(log: String, lastWords: String)
    /// A detached engine still runs, yet did not answer in time.
    case noAnswer(process: Int32, seconds: Int, log: String)

    package var description: String {
        switch self {
        case .held(let project, let holder?) where holder.socket != nil:
            "an engine already runs for \(project) (pid \(holder.process)): see it with weir status, end it with weir stop"
        case .held(let project, let holder?):
            "\(project) is in use by \(holder.role) (pid \(holder.process)): wait until it ends, then try again"
        case .held(let project, nil):
            "another engine holds \(project)/.weir/lock but does not say who it is: try again in a moment"
        case .unwritable(let path, let reason):
            "can't write \(path): \(reason); give this user the right to write there, or move the project"
        case .socket(let path, let reason):
            "can't listen on \(path): \(reason)"
        case .serviceEnded(let name):
            "the engine's \(name) ended by themselves, so the engine stopped: please report this"
        case .notStarted(let log, let lastWords):
            lastWords.isEmpty ? "the engine did not start: see \(log)" : "the engine did not start: \(lastWords)"
        case .noAnswer(let process, let seconds, let log):
            "the engine (pid \(process)) has not answered for \(seconds) s: see \(log)"
        }
    }
}
