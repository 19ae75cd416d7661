import CPlatform
import Foundation
import Lake
import Store

/// A program in a process group of its own, which ends as a whole: when its first process has ended, after a timeout,
/// or when the task is cancelled (SIGTERM, and SIGKILL two seconds later).
struct Program: Sendable {
    /// The program and its arguments: a path relative to the directory, or a name found in `PATH`.
    var arguments: [String]
    var directory: String
    var environment: [String: String]
    var input: [UInt8]
    var timeout: Duration?

    enum Outcome: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut(Duration)
        case cancelled
    }

    struct End: Sendable {
        var outcome: Outcome
        /// The last lines that were not empty.
        var lastOutput: String
        var lastError: String
    }

    /// Runs it to its end. `output` is told what it writes, both streams as they come, on a thread of its own.
    /// The group is recorded before the program starts, so that a later engine can end what this one leaves.
    /// Throws `WorkFailure` (`Command.Failed`) when there is no such program, and `StoreError`.
    func run(
        children: RecordedProcesses, output: @escaping @Sendable (ArraySlice<UInt8>) -> Void
    ) async throws -> End {
        let queue = BlockingQueue("weir.program")
        let path = try locate()
        let child = try await queue.run { try spawn(path) }
        do {
            try await children.add(child.process, role: "run")
        } catch {
            // It still waits for the word to go; without its stdin it ends.
            await child.abandon(on: queue)
            throw error
        }
        let conversation = Conversation(child: child, input: input, timeout: timeout, output: output)
        let end = try await withTaskCancellationHandler {
            try await queue.run { conversation.hold() }
        } onCancel: {
            weir_wakeup_signal(child.wakeup)
        }
        child.close()
        // A row that stays is harmless: it names a process that has ended.
        try? await children.remove(child.process)
        return end
    }

    private func locate() throws(WorkFailure) -> String {
        guard let name = arguments.first, !name.isEmpty else {
            throw WorkFailure(.commandFailed, "run: names no program")
        }
        guard !name.contains("/") else {
            let path = name.hasPrefix("/") ? name : directory + "/" + name
            guard access(path, F_OK) == 0 else { throw WorkFailure(.commandFailed, "there is no \(path)") }
            guard access(path, X_OK) == 0 else {
                throw WorkFailure(.commandFailed, "\(path) is not executable: chmod +x \(name)")
            }
            return path
        }
        for folder in (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
            let path = "\(folder)/\(name)"
            if access(path, X_OK) == 0 { return path }
        }
        throw WorkFailure(.commandFailed, "no program \(name) in PATH")
    }

    /// Starts a shell that waits for one line and then becomes the program.
    private func spawn(_ path: String) throws -> Child {
        var pipes: [(read: Int32, write: Int32)] = []
        func pipe() throws -> (read: Int32, write: Int32) {
            var ends: [Int32] = [0, 0]
            guard weir_pipe(&ends) == 0 else { throw failure("make a pipe") }
            pipes.append((ends[0], ends[1]))
            return (ends[0], ends[1])
        }
        do {
            let input = try pipe()
            let output = try pipe()
            let error = try pipe()
            let wakeup = weir_wakeup_make()
            guard wakeup >= 0 else { throw failure("make an eventfd") }
            let shell = ["/bin/sh", "-c", "read -r go && exec \"$@\"", "sh", path] + arguments.dropFirst()
            var process: Int32 = 0
            let code = directory.withCString { directory in
                withCStrings(shell) { arguments in
                    withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                        let options = weir_spawn_options(
                            input: input.read, output: output.write, error: error.write, new_session: false,
                            new_group: true, directory: directory)
                        return weir_spawn("/bin/sh", arguments, environment, options, &process)
                    }
                }
            }
            guard code == 0 else {
                close(wakeup)
                throw WorkFailure(.commandFailed, "can't start \(arguments[0]): \(String(cString: strerror(code)))")
            }
            for descriptor in [input.read, output.write, error.write] { close(descriptor) }
            for descriptor in [input.write, output.read, error.read] {
                _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            }
            return Child(
                process: process, input: input.write, output: output.read, error: error.read, wakeup: wakeup)
        } catch {
            for ends in pipes {
                close(ends.read)
                close(ends.write)
            }
            throw error
        }
    }

    private func failure(_ action: String) -> WorkFailure {
        WorkFailure(.commandFailed, "can't \(action) for \(arguments[0]): \(String(cString: strerror(errno)))")
    }
}

/// A started process group and the engine's ends of its pipes.
struct Child: Sendable {
    let process: Int32
    let input: Int32
    let output: Int32
    let error: Int32
    /// An eventfd that tells the conversation to end.
    let wakeup: Int32

    func close() {
        for descriptor in [output, error, wakeup] { _ = Glibc.close(descriptor) }
    }

    /// Ends a child that was never told to go.
    func abandon(on queue: BlockingQueue) async {
        _ = Glibc.close(input)
        _ = try? await queue.run {
            var outcome: Int32 = 0
            kill(-process, SIGKILL)
            _ = weir_wait(process, false, &outcome)
        }
        close()
    }
}

/// Calls the body with a null-terminated array of C strings, valid until it returns.
func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}
