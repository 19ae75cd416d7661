import CPlatform
import Foundation
import Synchronization

/// A worker process as the engine has it. A thread of its own owns the pipes: it sends requests, reads replies and
/// keeps the statement's deadline, so that nothing here blocks the cooperative pool.
final class WorkerChild: Sendable {
    typealias Continuation = CheckedContinuation<StatementResult, any Error>

    let launch: WorkerLaunch
    private let number: Int
    private let patience: Duration
    private let wakeup: Int32
    private let state = Mutex(State())

    private struct Pending {
        var call: WorkerCall
        let continuation: Continuation
        let progress: @Sendable (StatementProgress) -> Void
    }

    private struct State {
        var pending: Pending?
        var lastID: Int64 = 0
        /// Bytes for the worker that its pipe did not take yet.
        var unsent: [UInt8] = []
        /// Set once the control pipe is to be closed: the worker is killed at this moment if it is still there.
        var stopDue: WorkerCall.Instant?
        var isGone = false
    }

    /// `patience`: how long it may take to reply, or to end, after it was asked to stop; then it is killed.
    init(number: Int, _ launch: WorkerLaunch, patience: Duration) {
        self.number = number
        self.patience = patience
        self.launch = launch
        wakeup = weir_wakeup_make()
    }
    deinit { close(wakeup) }

    // MARK: Any thread

    /// Sends a statement and waits for its reply; at most one at a time. Cancelling the task interrupts it. Returns or
    /// throws `WorkFailure` only when the worker has replied or is gone.
    func perform(
        _ statement: Statement, timeout: Duration?, progress: @escaping @Sendable (StatementProgress) -> Void
    ) async throws -> StatementResult {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                begin(statement, timeout: timeout, continuation, progress)
                // The handler may have run before there was a call to cancel.
                if Task.isCancelled { cancel() }
            }
        } onCancel: {
            cancel()
        }
    }

    private func begin(
        _ statement: Statement, timeout: Duration?, _ continuation: Continuation,
        _ progress: @escaping @Sendable (StatementProgress) -> Void
    ) {
        let refusal = state.withLock { state -> WorkFailure? in
            guard !state.isGone else { return WorkFailure(.workerCrashed, "worker \(number) is gone") }
            state.lastID += 1
            do {
                state.unsent += try WorkerFrame.encode(WorkerRequest.perform(id: state.lastID, statement))
            } catch {
                return error as? WorkFailure ?? WorkFailure(.queryFailed, "\(error)")
            }
            let call = WorkerCall(id: state.lastID, start: .now, timeout: timeout, patience: patience)
            state.pending = Pending(call: call, continuation: continuation, progress: progress)
            return nil
        }
        if let refusal { continuation.resume(throwing: refusal) }
        weir_wakeup_signal(wakeup)
    }

    private func cancel() {
        state.withLock { Self.interrupt(&$0, .cancelled) }
        weir_wakeup_signal(wakeup)
    }

    /// Ends the process, whatever it is doing: its control pipe closes.
    func stop() {
        state.withLock { state in
            Self.interrupt(&state, .stopping)
            state.stopDue = .now + patience
        }
        weir_wakeup_signal(wakeup)
    }

    private static func interrupt(_ state: inout State, _ reason: WorkerCall.Stop) {
        guard state.pending?.call.stop(reason, at: .now) == .interrupt else { return }
        sendCancel(&state)
    }

    private static func sendCancel(_ state: inout State) {
        guard let id = state.pending?.call.id, let frame = try? WorkerFrame.encode(WorkerRequest.cancel(id: id)) else {
            return
        }
        state.unsent += frame
    }

    // MARK: Its own thread

    /// Serves the pipes until the process has ended and is collected. `gone` is called before the statement that it
    /// was performing fails.
    func serve(
        ready: @escaping @Sendable () -> Void, gone: @escaping @Sendable (WorkerEnding) -> Void
    ) async -> WorkerEnding {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                let wasReady = exchange(ready)
                let ending = collect(wasReady)
                gone(ending)
                let pending = state.withLock { state in
                    state.isGone = true
                    defer { state.pending = nil }
                    return state.pending
                }
                pending?.continuation.resume(throwing: pending?.call.failure(after: ending) ?? ending.failure)
                continuation.resume(returning: ending)
            }
        }
    }

    /// Returns when the worker has closed its end; whether it ever answered.
    private func exchange(_ ready: @Sendable () -> Void) -> Bool {
        var reader = WorkerFrameReader()
        var wasReady = false
        var requests = launch.requests
        while true {
            let (pause, hasUnsent) = state.withLock { state in
                let due = [state.pending?.call.due, state.stopDue].compactMap(\.self).min()
                let pause = due.map {
                    max(0, Int32((SuspendingClock.now.duration(to: $0) / .milliseconds(1)).rounded(.up)))
                }
                return (pause ?? -1, !state.unsent.isEmpty)
            }
            var descriptors = [
                pollfd(fd: launch.replies, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
                pollfd(fd: hasUnsent ? requests : -1, events: Int16(POLLOUT), revents: 0),
            ]
            poll(&descriptors, 3, pause)
            weir_wakeup_drain(wakeup)
            // Replies come before deadlines: one that is there already has won, however late this thread is.
            do {
                guard
                    try receive(
                        &reader,
                        {
                            wasReady = true
                            ready()
                        })
                else { return wasReady }
            } catch {
                kill(launch.process, SIGKILL)
                return wasReady
            }
            if act() == .stop, requests >= 0 {
                close(requests)
                requests = -1
            }
            if requests >= 0 { send(to: requests) }
        }
    }

    private enum Order { case go, stop }

    /// Does what is due by now.
    private func act() -> Order {
        state.withLock { state in
            let now = SuspendingClock.now
            switch state.pending?.call.advance(to: now) {
            case .interrupt: Self.sendCancel(&state)
            case .kill: kill(launch.process, SIGKILL)
            case nil: break
            }
            guard let due = state.stopDue else { return .go }
            state.unsent = []
            if due <= now {
                kill(launch.process, SIGKILL)
                state.stopDue = now + patience
            }
            return .stop
        }
    }

    private func send(to descriptor: Int32) {
        state.withLock { state in
            while !state.unsent.isEmpty {
                let count = write(descriptor, state.unsent, state.unsent.count)
                if count < 0, errno == EINTR { continue }
                // A full pipe is tried again when it has room; a broken one shows as the end of replies.
                guard count > 0 else { return }
                state.unsent.removeFirst(count)
            }
        }
    }

    /// Takes what has come; false at the end. Throws when it is no reply.
    private func receive(_ reader: inout WorkerFrameReader, _ ready: () -> Void) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(launch.replies, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return true }
            guard count > 0 else { return false }
            reader.append(buffer[..<count])
            while let reply = try reader.next(WorkerReply.self) { take(reply, ready) }
        }
    }

    private func take(_ reply: WorkerReply, _ ready: () -> Void) {
        switch reply {
        case .ready: ready()
        case .progress(let id, let fraction):
            let pending = state.withLock { $0.pending }
            if let fraction, let pending, pending.call.id == id { pending.progress(.fraction(fraction)) }
        case .done(let id, let result): takePending(id)?.continuation.resume(returning: result)
        case .failed(let id, let failure):
            guard let pending = takePending(id) else { return }
            pending.continuation.resume(throwing: pending.call.failure(failure))
        }
    }

    /// The statement with this number, which has its reply now.
    private func takePending(_ id: Int64) -> Pending? {
        state.withLock { state in
            guard let pending = state.pending, pending.call.id == id else { return nil }
            state.pending = nil
            return pending
        }
    }

    /// Waits for the process that has closed its end, and makes sure that it goes.
    private func collect(_ wasReady: Bool) -> WorkerEnding {
        kill(launch.process, SIGKILL)
        var outcome: Int32 = 0
        _ = weir_wait(launch.process, false, &outcome)
        close(launch.replies)
        return WorkerEnding(worker: number, outcome: outcome, wasReady: wasReady, log: launch.logTail())
    }
}
