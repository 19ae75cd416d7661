import CPlatform
import Foundation
import Synchronization

/// A program that a test has started and ends by its pid, at the latest when the last reference goes.
package final class ProgramUnderTest: Sendable {
    package let process: Int32
    private let output: String
    private let error: String
    /// Its exit code, or minus the signal that ended it, once it was collected.
    private let collected = Mutex<Int32?>(nil)

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// What a program left: its exit code (or minus a signal) and what it wrote.
    package struct Outcome: Sendable {
        package let code: Int32
        package let output: String
        package let error: String
    }

    /// Starts a program with no input. What it writes is kept in files of the given folder.
    package init(
        _ executable: String, _ arguments: [String], directory: String? = nil, environment: [String: String] = [:],
        keepingOutputIn folder: TemporaryDirectory
    ) throws {
        let name = "program-\(UUID().uuidString.prefix(8))"
        output = folder(name + ".out")
        error = folder(name + ".err")
        let descriptors = [
            open("/dev/null", O_RDONLY | O_CLOEXEC),
            open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600),
            open(error, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600),
        ]
        defer { for descriptor in descriptors { close(descriptor) } }
        let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        let settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + settings { free(text) } }
        var process: Int32 = 0
        let code = (directory ?? folder.path).withCString { directory in
            weir_spawn(
                executable, words, settings,
                weir_spawn_options(
                    input: descriptors[0], output: descriptors[1], error: descriptors[2], new_session: false,
                    new_group: false, directory: directory), &process)
        }
        guard code == 0 else {
            throw Failure(description: "can't start \(executable): \(String(cString: strerror(code)))")
        }
        self.process = process
    }

    deinit {
        guard poll() == nil else { return }
        kill(process, SIGKILL)
        var outcome: Int32 = 0
        weir_wait(process, false, &outcome)
    }

    /// How it ended; nil while it runs.
    package func poll() -> Int32? {
        collected.withLock { collected in
            var outcome: Int32 = 0
            if collected == nil, weir_wait(process, true, &outcome) == process { collected = outcome }
            return collected
        }
    }

    package func send(_ signal: Int32) {
        // A collected process's number may be another's by now.
        collected.withLock { if $0 == nil { kill(process, signal) } }
    }

    /// Waits until it has ended. Throws when that takes more than two minutes.
    @discardableResult
    package func ended() async throws -> Outcome {
        guard try await eventually(within: .seconds(120), { self.poll() != nil }), let code = poll() else {
            throw Failure(description: "process \(process) has not ended; it wrote: \(standardError)")
        }
        return Outcome(code: code, output: standardOutput, error: standardError)
    }

    package var standardOutput: String { text(output) }
    package var standardError: String { text(error) }

    private func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
