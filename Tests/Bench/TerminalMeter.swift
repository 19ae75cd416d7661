import CPlatform
import Foundation
import Glibc

/// A program on a pseudo-terminal with a clock beside it: when it draws, how much it sends, what it costs.
/// It blocks; nobody emulates the screen, so that the meter itself costs nothing.
final class TerminalMeter {
    private let master: Int32
    private let process: Int32
    private var bytes = [UInt8](repeating: 0, count: 1 << 16)

    /// Starts a program. Throws `BenchFailure` when it can't be found.
    init(_ program: String, _ arguments: [String], directory: String, rows: UInt16 = 36, columns: UInt16 = 120) throws {
        let path = program.contains("/") ? program : "/usr/bin/" + program
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw BenchFailure("no \(path): apt-get install htop btop tig")
        }
        let environment = [
            "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=/usr/bin:/bin", "HOME=\(directory)",
        ]
        // The shell goes to the folder first: some of the programs show where they are.
        let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory, path] + arguments
        let argv = words.map { strdup($0) }
        let envp = environment.map { strdup($0) }
        defer { for text in argv + envp { free(text) } }
        var child: Int32 = 0
        master = weir_spawn_terminal("/bin/sh", argv + [nil], envp + [nil], rows, columns, &child)
        guard master >= 0 else { throw BenchFailure("no pseudo-terminal: \(String(cString: strerror(errno)))") }
        process = child
    }

    deinit {
        kill(process, SIGKILL)
        var outcome: Int32 = 0
        _ = weir_wait(process, false, &outcome)
        close(master)
    }

    /// Takes what the program sends until it has been silent for so long. Returns the bytes, and the seconds from now
    /// to the last of them.
    @discardableResult
    func settle(silence: Double, atMost limit: Double = 10) -> (bytes: Int, seconds: Double) {
        let start = Self.now
        var total = 0
        var last = start
        while Self.now - start < limit {
            guard let count = take(within: silence) else { break }
            guard count > 0 else { break }
            total += count
            last = Self.now
        }
        return (total, last - start)
    }

    /// Seconds from now to the end of its first picture, which so long a silence follows; nil when it shows none.
    func firstPicture(silence: Double) -> Double? {
        let start = Self.now
        guard let count = take(within: 10), count > 0 else { return nil }
        let first = Self.now - start
        return first + settle(silence: silence).seconds
    }

    /// Seconds from a key to the first byte that it brings; nil when nothing comes within a second.
    func latency(of key: String) -> Double? {
        settle(silence: 0.002, atMost: 0.02)
        let start = Self.now
        send(key)
        guard let count = take(within: 1), count > 0 else { return nil }
        return Self.now - start
    }

    /// Seconds from a key until a text is on the screen for the first time; nil when it doesn't come within `limit`. No
    /// part of the text may have been in its place before: what is there already is not sent again.
    func latency(of key: String, until text: String, atMost limit: Double = 10) -> Double? {
        settle(silence: 0.2, atMost: 1)
        let wanted = Array(text.utf8)
        var sent: [UInt8] = []
        let start = Self.now
        send(key)
        while Self.now - start < limit, let count = take(within: 0.5) {
            sent += bytes.prefix(count)
            if sent.contains(wanted) { return Self.now - start }
        }
        return nil
    }

    /// Bytes that a key brings, all in all.
    func bytes(of key: String) -> Int {
        settle(silence: 0.05, atMost: 1)
        send(key)
        return settle(silence: 0.05, atMost: 1).bytes
    }

    /// The share of a core that it takes while nobody touches it.
    func processorShare(seconds: Double) -> Double {
        let before = processorSeconds
        let start = Self.now
        while Self.now - start < seconds { _ = take(within: 0.25) }
        return (processorSeconds - before) / (Self.now - start)
    }

    /// A line of its status: bytes.
    func memory(_ name: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) * 1024
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Of all its threads, also those that have ended, by the nanosecond: a tick of what ps shows is half of what an idle
    /// program may take in 20 s.
    private var processorSeconds: Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What it has sent, waiting for the first byte at most so long; 0 when nothing came, nil when it has ended.
    private func take(within seconds: Double) -> Int? {
        var waits = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&waits, 1, Int32((seconds * 1000).rounded(.up))) > 0 else { return 0 }
        let count = read(master, &bytes, bytes.count)
        return count > 0 ? count : nil
    }

    private static let start = ContinuousClock.now

    /// Seconds since the meter was first asked.
    static var now: Double { (ContinuousClock.now - start).seconds }
}
