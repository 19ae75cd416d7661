import CPlatform
import DuckDB
import Foundation
import Synchronization

/// The process `weir worker`: performs one statement at a time for the engine that started it, and ends when that
/// engine's pipe closes. Three threads: this one has the session; one reads what the engine says; one watches the
/// statement that runs, to interrupt it or to tell its progress.
package struct WorkerProcess: Sendable {
    /// Bytes for DuckDB. The address space is limited to twice that and 400 MB more: DuckDB's own limit comes first,
    /// and what escapes it ends this process rather than the machine's peace.
    let memory: Int64
    /// For what DuckDB spills; this worker's own.
    let directory: String
    let name: String

    package init(memory: Int64, directory: String, name: String) {
        self.memory = memory
        self.directory = directory
        self.name = name
    }

    package func run() -> Never {
        signal(SIGPIPE, SIG_IGN)
        _ = weir_name_process(name)
        _ = weir_limit_open_files(65536)
        _ = weir_limit_address_space(UInt64(memory) * 2 + 400_000_000)
        let output = WorkerOutput(taking: 1)
        let desk = WorkerDesk()
        Thread.detachNewThread { WorkerProcess.listen(to: 0, desk) }
        Thread.detachNewThread { WorkerProcess.watch(desk, output) }
        var sessions = WorkerSessions(memory: memory, directory: directory)
        // Loading the library takes longer than most statements: done before the first. A failure shows in each.
        sessions.prepare()
        output.send(.ready)
        while true {
            let (id, statement) = desk.take()
            let reply: WorkerReply
            do {
                let result = try sessions.perform(
                    statement, isCancelled: { desk.isCancelled(id) }, begin: { desk.begin(id, $0) })
                reply = .done(id: id, result)
            } catch {
                reply = .failed(id: id, error)
            }
            // From here on an interrupt can't reach what restores the session for the next statement.
            desk.end()
            output.send(reply)
            sessions.prepare()
        }
    }

    /// Reads requests until the pipe closes: then the engine is gone, and so is this process, whatever it was doing.
    private static func listen(to input: Int32, _ desk: WorkerDesk) -> Never {
        var reader = WorkerFrameReader()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { _exit(0) }
            reader.append(buffer[..<count])
            do {
                while let request = try reader.next(WorkerRequest.self) {
                    switch request {
                    case .perform(let id, let statement): desk.put(id, statement)
                    case .cancel(let id): desk.cancel(id)
                    }
                }
            } catch {
                complain("the engine sent what is no request: \(error)")
                _exit(3)
            }
        }
    }

    /// An interrupt that comes just before DuckDB starts is forgotten, so a cancelled statement is interrupted until
    /// it has ended. Otherwise progress is told four times a second.
    private static func watch(_ desk: WorkerDesk, _ output: WorkerOutput) {
        while true {
            let running = desk.waitForStatement()
            if desk.interruptIfCancelled() {
                usleep(5000)
            } else if desk.stillRuns(running, after: 0.25) {
                output.send(.progress(id: running.id, fraction: running.handle.fraction))
            }
        }
    }

    private static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// Where replies leave the process. What anything else prints on standard output goes to the log instead, so that it
/// can't break a frame.
private final class WorkerOutput: Sendable {
    private let descriptor: Int32
    private let lock = Mutex(())

    init(taking standardOutput: Int32) {
        descriptor = fcntl(standardOutput, F_DUPFD_CLOEXEC, 3)
        dup2(2, standardOutput)
    }

    /// Ends the process when the engine is gone.
    func send(_ reply: WorkerReply) {
        let bytes: [UInt8]
        do {
            bytes = try WorkerFrame.encode(reply)
        } catch {
            guard case .done(let id, _) = reply else { _exit(4) }
            return send(.failed(id: id, error as? WorkFailure ?? WorkFailure(.queryFailed, "\(error)")))
        }
        lock.withLock { _ in
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { _exit(0) }
                sent += count
            }
        }
    }
}
