import CPlatform
import Foundation
import Glibc

/// A program at work on a pseudo-terminal, with an emulator as its screen. Used by one task at a time; the program is
/// killed when the last reference goes. The terminal answers no questions: a test that wants it to sends the answer.
package final class TerminalProgram {
    package let process: Int32
    package let screen: TerminalEmulator
    private let master: Int32
    /// How it ended: its exit code, or minus the signal.
    package private(set) var outcome: Int32?
    /// The newest of what it has sent, as it came.
    package private(set) var transcript: [UInt8] = []
    private var isOpen = true

    /// Starts a program. `environment` is all that it gets, with a terminal type and a locale where it names none.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], rows: Int, columns: Int
    ) {
        var all = environment
        all["TERM"] = all["TERM"] ?? "xterm-256color"
        all["LANG"] = all["LANG"] ?? "C.UTF-8"
        all["PATH"] = all["PATH"] ?? "/usr/bin:/bin"
        let words = ([path] + arguments).map { strdup($0) }
        let variables = all.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in words + variables { free(text) } }
        var child: Int32 = 0
        master = weir_spawn_terminal(path, words + [nil], variables + [nil], UInt16(rows), UInt16(columns), &child)
        precondition(master >= 0, "no pseudo-terminal: \(String(cString: strerror(errno)))")
        process = child
        screen = TerminalEmulator(rows: rows, columns: columns)
    }

    deinit {
        if outcome == nil {
            kill(process, SIGKILL)
            var ended: Int32 = 0
            _ = weir_wait(process, false, &ended)
        }
        if isOpen { close(master) }
    }

    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR || errno == EAGAIN else { return }
            sent += max(0, count)
        }
    }

    package func signal(_ number: Int32) { kill(process, number) }

    package func resize(rows: Int, columns: Int) {
        screen.resize(rows: rows, columns: columns)
        _ = weir_set_terminal_size(master, UInt16(rows), UInt16(columns))
    }

    /// The window is closed.
    package func hangUp() {
        close(master)
        isOpen = false
    }

    /// What the terminal's line discipline is set to.
    package var settings: TerminalSettings? { TerminalSettings(master) }

    /// Waits until the screen is as wanted; whether it came to be.
    package func shows(_ wanted: (TerminalEmulator) -> Bool) async throws -> Bool {
        try await eventually {
            pump()
            return wanted(screen)
        }
    }

    /// Waits until a text is on the screen.
    package func shows(_ text: String) async throws -> Bool { try await shows { $0.text.contains(text) } }

    /// Waits until it has ended; its exit code, or minus the signal that ended it, or nil when it goes on.
    package func end() async throws -> Int32? {
        _ = try await eventually {
            pump()
            var ended: Int32 = 0
            if outcome == nil, weir_wait(process, true, &ended) == process { outcome = ended }
            return outcome != nil
        }
        pump()
        return outcome
    }

    /// Whether it is stopped, as by ^Z.
    package var isStopped: Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return status.split(separator: ")").last?.split(separator: " ").first == "T"
    }

    /// Takes in what it has sent, without waiting.
    package func pump() {
        guard isOpen else { return }
        var bytes = [UInt8](repeating: 0, count: 65536)
        while true {
            var waits = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&waits, 1, 0) > 0, waits.revents & Int16(POLLIN) != 0 else { return }
            let count = read(master, &bytes, bytes.count)
            guard count > 0 else { return }
            screen.take(Array(bytes[..<count]))
            transcript = (transcript + bytes[..<count]).suffix(1 << 18)
        }
    }
}

/// How a terminal's line discipline is set, to be compared before and after.
package struct TerminalSettings: Equatable, Sendable {
    private let input: tcflag_t
    private let output: tcflag_t
    private let control: tcflag_t
    private let local: tcflag_t

    init?(_ descriptor: Int32) {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return nil }
        input = settings.c_iflag
        output = settings.c_oflag
        control = settings.c_cflag
        local = settings.c_lflag
    }

    /// As every new pseudo-terminal is set.
    package static var fresh: TerminalSettings? {
        var master: Int32 = -1
        var slave: Int32 = -1
        guard openpty(&master, &slave, nil, nil, nil) == 0 else { return nil }
        defer {
            close(master)
            close(slave)
        }
        return TerminalSettings(master)
    }
}
