import Foundation
import Glibc

/// Weir's own command line, as a person at the shell would use it: the story does nothing that they could not.
struct WeirProgram: Sendable {
    /// Longer than a new engine takes to recover.
    private static let patience = Duration.seconds(30)

    let executable: String
    let directory: String

    init(directory: String) {
        executable = ThisProgram.path
        self.directory = directory
    }

    struct Result: Sendable {
        var code: Int32
        var output: String
        var error: String
    }

    /// Runs a command in the demo's project to its end.
    func result(_ arguments: [String]) async throws -> Result {
        let (output, error) = (try ScratchFile(), try ScratchFile())
        let child = try Child(
            executable, arguments + ["--dir", directory], output: output.descriptor, error: error.descriptor,
            newSession: false)
        do {
            let code = try await child.wait()
            return Result(code: code, output: output.text(), error: error.text())
        } catch {
            await child.end()
            throw error
        }
    }

    /// Runs a command that must succeed and returns what it printed; again when the engine went away meanwhile and a
    /// new one is on its way. Throws `DemoError.command` with its message.
    @discardableResult
    func run(_ arguments: [String]) async throws -> String {
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        var result = try await result(arguments)
        while result.code == ExitStatus.noEngine.rawValue, clock.now < end {
            // Not before the new one answers: a command that finds none would host one for itself.
            while try await self.result(["status"]).code != 0, clock.now < end {
                try await Task.sleep(for: .milliseconds(100))
            }
            result = try await self.result(arguments)
        }
        guard result.code == 0 else {
            let message = result.error.isEmpty ? result.output : result.error
            throw DemoError.command(
                "weir " + arguments.joined(separator: " "),
                message.isEmpty ? "exit code \(result.code)" : message.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return result.output
    }

    /// What a command prints with `--json`.
    func json<Document: Decodable>(_ type: Document.Type, _ arguments: [String]) async throws -> Document {
        let result = try await result(arguments + ["--json"])
        do {
            return try JSONDecoder().decode(type, from: Data(result.output.utf8))
        } catch {
            throw DemoError.command(
                "weir " + arguments.joined(separator: " "),
                result.error.isEmpty ? "its --json output could not be read: \(error)" : result.error)
        }
    }

    /// Starts a command that goes on by itself; what it prints is appended to a file.
    func start(_ arguments: [String], log: String) throws -> Child {
        let file = try AppendedFile(log)
        return try Child(
            executable, arguments + ["--dir", directory], output: file.descriptor, error: file.descriptor,
            newSession: true)
    }
}

/// A file without a name, for what a program prints. One owner.
private final class ScratchFile {
    let descriptor: Int32

    init() throws {
        let folder = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(folder)/weir-demo-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw DemoError.file(folder, "write a file in", errno) }
        unlink(template)
    }

    deinit { close(descriptor) }

    func text() -> String {
        lseek(descriptor, 0, SEEK_SET)
        let data = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).readDataToEndOfFile()
        return String(decoding: data, as: UTF8.self)
    }
}
