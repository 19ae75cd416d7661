import CPlatform
import Foundation

/// Talks with a child until it has ended: feeds its stdin, takes what it writes, ends its group when time is up or the
/// wakeup says so. Blocks its thread.
struct Conversation: Sendable {
    let child: Child
    let input: [UInt8]
    let timeout: Duration?
    let output: @Sendable (ArraySlice<UInt8>) -> Void

    /// How long a group has after SIGTERM.
    static let grace = Duration.seconds(2)

    /// A write to a child that reads nothing must be an error, not a signal.
    private static let ignoresBrokenPipes: Bool = {
        signal(SIGPIPE, SIG_IGN)
        return true
    }()

    func hold() -> Program.End {
        _ = Self.ignoresBrokenPipes
        var state = State(pending: Array("go\n".utf8) + input)
        let clock = ContinuousClock()
        let deadline = timeout.map { clock.now + $0 }
        var killAt: ContinuousClock.Instant?
        var idle: Int32 = 1
        while !hasEnded() {
            wait(&state, idle: &idle)
            if let killAt, clock.now >= killAt {
                kill(-child.process, SIGKILL)
            } else if killAt == nil, state.isCancelled || deadline.map({ clock.now >= $0 }) == true {
                if !state.isCancelled { state.isLate = true }
                kill(-child.process, SIGTERM)
                killAt = clock.now + Self.grace
            }
        }
        // The group's number stays taken until the first process is collected: nobody else can be hit.
        kill(-child.process, SIGKILL)
        state.closeInput(child)
        read(child.output, &state.outputLine, &state.outputOpen)
        read(child.error, &state.errorLine, &state.errorOpen)
        var code: Int32 = 0
        _ = weir_wait(child.process, false, &code)
        return Program.End(
            outcome: outcome(code, state), lastOutput: state.outputLine.text, lastError: state.errorLine.text)
    }

    private struct State {
        var pending: [UInt8]
        var inputOpen = true
        var outputOpen = true
        var errorOpen = true
        var outputLine = LastLine()
        var errorLine = LastLine()
        var isCancelled = false
        var isLate = false

        mutating func closeInput(_ child: Child) {
            if inputOpen { close(child.input) }
            inputOpen = false
        }
    }

    private func outcome(_ code: Int32, _ state: State) -> Program.Outcome {
        if state.isCancelled { return .cancelled }
        if state.isLate, let timeout { return .timedOut(timeout) }
        return code < 0 ? .signalled(-code) : .exited(code)
    }

    /// Whether the first process has ended; it is not collected yet.
    private func hasEnded() -> Bool {
        var information = siginfo_t()
        let found = waitid(P_PID, id_t(child.process), &information, WEXITED | WNOHANG | WNOWAIT)
        return found != 0 || information.si_signo == SIGCHLD
    }

    /// Waits for something to read or write, or a short while: pipes can outlive the process that is waited for.
    private func wait(_ state: inout State, idle: inout Int32) {
        var polls = [pollfd(fd: child.wakeup, events: Int16(POLLIN), revents: 0)]
        if state.outputOpen { polls.append(pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)) }
        if state.errorOpen { polls.append(pollfd(fd: child.error, events: Int16(POLLIN), revents: 0)) }
        if state.inputOpen { polls.append(pollfd(fd: child.input, events: Int16(POLLOUT), revents: 0)) }
        // Once both streams have closed the end is near: look again soon, then less and less often.
        let pause: Int32 = state.outputOpen || state.errorOpen ? 50 : idle
        if !state.outputOpen, !state.errorOpen { idle = min(idle * 2, 50) }
        guard poll(&polls, nfds_t(polls.count), pause) > 0 else { return }
        for ready in polls where ready.revents != 0 {
            switch ready.fd {
            case child.wakeup:
                weir_wakeup_drain(child.wakeup)
                state.isCancelled = true
            case child.output: read(child.output, &state.outputLine, &state.outputOpen)
            case child.error: read(child.error, &state.errorLine, &state.errorOpen)
            default: write(&state)
            }
        }
    }

    private func read(_ descriptor: Int32, _ line: inout LastLine, _ open: inout Bool) {
        guard open else { return }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        // Bounded, so that a child that writes without end can still be timed out.
        for _ in 0..<16 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 {
                output(buffer[..<count])
                line.take(buffer[..<count])
            } else if count < 0, errno == EINTR {
                continue
            } else {
                if count == 0 || errno != EAGAIN { open = false }
                return
            }
        }
    }

    private func write(_ state: inout State) {
        while !state.pending.isEmpty {
            let count = Glibc.write(child.input, state.pending, state.pending.count)
            if count > 0 {
                state.pending.removeFirst(count)
            } else if errno == EINTR {
                continue
            } else if errno == EAGAIN {
                return
            } else {
                break
            }
        }
        state.closeInput(child)
    }
}

/// The last line of a stream that is not empty, at most 64 KiB of it.
struct LastLine: Sendable {
    static let limit = 64 * 1024
    private var finished: [UInt8] = []
    private var current: [UInt8] = []

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            add(rest[..<end])
            if current.contains(where: { $0 > 0x20 }) { finished = current }
            current = []
            rest = rest[(end + 1)...]
        }
        add(rest)
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>) {
        current += bytes.prefix(max(0, Self.limit - current.count))
    }

    var text: String {
        let line = current.contains { $0 > 0x20 } ? current : finished
        return String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
