import CPlatform
import Foundation

/// A worker process that has just been started, and the engine's ends of its pipes.
struct WorkerLaunch: Sendable {
    let process: Int32
    /// Not blocking; requests are written here.
    let requests: Int32
    /// Not blocking; replies are read here.
    let replies: Int32
    let logPath: String

    /// Starts `executable worker …`. Blocks for some milliseconds. Throws `WorkFailure`.
    init(number: Int, settings: Workers.Settings) throws {
        for folder in [settings.directory, settings.logDirectory] {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw Self.failure("can't make \(folder): \(error.localizedDescription)")
            }
        }
        logPath = settings.logDirectory + "/worker-\(number).log"
        // Truncated: it is for the last crash, not for history.
        let log = open(logPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw Self.failure("can't write \(logPath): \(Self.reason(errno))") }
        defer { close(log) }
        let input = try Self.pipe()
        let output = try Self.pipe()
        defer {
            close(input.read)
            close(output.write)
        }
        var options = weir_spawn_options()
        options.input = input.read
        options.output = output.write
        options.error = log
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_BACKTRACE"] = "enable=no"
        let arguments = [
            settings.executable, "worker", "--memory", "\(settings.memoryOfSlot)", "--directory",
            "\(settings.directory)/\(number)", "--name", "weir-worker-\(number)",
        ]
        var process: Int32 = 0
        let code = Self.withStrings(arguments) { arguments in
            Self.withStrings(environment.map { "\($0)=\($1)" }) { environment in
                weir_spawn(settings.executable, arguments, environment, options, &process)
            }
        }
        guard code == 0 else {
            close(input.write)
            close(output.read)
            throw Self.failure("can't start \(settings.executable): \(Self.reason(code))")
        }
        self.process = process
        requests = input.write
        replies = output.read
        for descriptor in [requests, replies] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    /// The last lines of its log.
    func logTail() -> String {
        guard let file = FileHandle(forReadingAtPath: logPath) else { return "" }
        defer { try? file.close() }
        let size = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: size > 4096 ? size - 4096 : 0)
        return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    }

    private static func failure(_ text: String) -> WorkFailure { WorkFailure(.workerCrashed, text) }
    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard weir_pipe(&ends) == 0 else { throw failure("can't make a pipe: \(reason(errno))") }
        return (ends[0], ends[1])
    }

    private static func withStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = texts.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }
}
