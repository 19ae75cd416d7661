import CPlatform
import Foundation
import Store

/// An engine started as a session of its own: it outlives whoever started it, its terminal included.
package struct EngineProcess: Sendable, Hashable {
    package let process: Int32

    /// Starts `executable arguments…` for the project in a folder and waits until it takes commands. What it prints
    /// goes to `.weir/log/serve.log`. Throws `EngineFailure` with its last words when it ends before that, and
    /// `.noAnswer` when it has not answered in time; it then still runs.
    package static func start(
        project: String, executable: String, arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment, patience: Duration = .seconds(120)
    ) async throws -> EngineProcess {
        let log = project + "/.weir/log/serve.log"
        let process = try await BlockingQueue("weir.start").run {
            try spawn(executable, arguments, environment, project: project, log: log)
        }
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            if let holder = LockHolder.read(project: project), holder.process == process, holder.socket != nil,
                let link = try? SocketLink(project: project), (try? await link.send(.status, key: "")) != nil
            {
                return EngineProcess(process: process)
            }
            var outcome: Int32 = 0
            if weir_wait(process, true, &outcome) == process {
                throw EngineFailure.notStarted(log: log, lastWords: lastLine(of: log))
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw EngineFailure.noAnswer(process: process, seconds: Int(patience.components.seconds), log: log)
    }

    /// Waits until no engine has the project. Returns whether that came true in time.
    package static func waitUntilStopped(project: String, patience: Duration) async throws -> Bool {
        let end = ContinuousClock.now + patience
        while EngineLock.isHeld(project: project) {
            if ContinuousClock.now > end { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    private static func spawn(
        _ executable: String, _ arguments: [String], _ environment: [String: String], project: String, log: String
    ) throws -> Int32 {
        let folder = project + "/.weir/log"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard nothing >= 0, output >= 0 else { throw EngineFailure.unwritable(path: log, reason: systemReason()) }
        defer {
            close(nothing)
            close(output)
        }
        let words = ([executable] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in words + variables { free(text) } }
        var process: Int32 = 0
        let code = project.withCString { directory in
            weir_spawn(
                executable, words + [nil], variables + [nil],
                weir_spawn_options(
                    input: nothing, output: output, error: output, new_session: true, new_group: false,
                    directory: directory), &process)
        }
        guard code == 0 else {
            throw EngineFailure.notStarted(log: log, lastWords: "\(executable): \(systemReason(code))")
        }
        return process
    }

    private static func lastLine(of log: String) -> String {
        let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    }
}
