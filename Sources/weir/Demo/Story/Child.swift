import CPlatform
import Foundation
import Glibc
import Store
import Synchronization

/// A process that the demo has started and answers for.
final class Child: Sendable {
    let pid: Int32
    /// How it ended, once it has been waited for: its exit code, or minus the signal that ended it.
    private let outcome = Mutex<Int32?>(nil)

    /// The other end of its standard input, on which nothing is written.
    private let lifeline: Int32

    /// Starts a program. Its standard output and error go to the given descriptors, its input stays open and empty for
    /// as long as this process lives; with `newSession` a ^C at the terminal doesn't reach it. Throws `DemoError`.
    init(_ executable: String, _ arguments: [String], output: Int32, error: Int32, newSession: Bool) throws {
        var ends: [Int32] = [-1, -1]
        guard weir_pipe(&ends) == 0 else { throw DemoError.file(executable, "start", errno) }
        let input = ends[0]
        lifeline = ends[1]
        defer { close(input) }
        var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        // The demo keeps an engine running: what it starts waits for that one.
        let variables = ProcessInfo.processInfo.environment.merging(
            [ProjectEngine.hosting.variable: ProjectEngine.hosting.never]) { _, new in new }
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + environment { free(word) } }
        var process: Int32 = 0
        let options = weir_spawn_options(
            input: input, output: output, error: error, new_session: newSession, new_group: false, directory: nil)
        let code = words.withUnsafeMutableBufferPointer { words in
            // A fresh array is never without an address.
            words.baseAddress.map { weir_spawn(executable, $0, &environment, options, &process) } ?? EINVAL
        }
        guard code == 0 else {
            close(ends[1])
            throw DemoError.file(executable, "start", code)
        }
        pid = process
    }

    deinit { close(lifeline) }

    /// How it ended; nil while it runs.
    func poll() -> Int32? {
        outcome.withLock { outcome in
            var code: Int32 = 0
            if outcome == nil, weir_wait(pid, true, &code) > 0 { outcome = code }
            return outcome
        }
    }

    /// Waits until it has ended.
    func wait() async throws -> Int32 {
        while true {
            if let outcome = poll() { return outcome }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Asks it to end, and after ten seconds makes it. Works in a cancelled task too.
    func end() async {
        guard poll() == nil else { return }
        kill(pid, SIGTERM)
        let clock = ContinuousClock()
        let patience = clock.now + .seconds(10)
        while poll() == nil {
            if clock.now > patience { kill(pid, SIGKILL) }
            // Sleeping fails at once in a cancelled task; then this spins, gently.
            if (try? await Task.sleep(for: .milliseconds(10))) == nil { usleep(10_000) }
        }
    }

    /// Runs the body; it has ended when this returns or throws.
    func whileItRuns<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            let result = try await body()
            await end()
            return result
        } catch {
            await end()
            throw error
        }
    }
}
