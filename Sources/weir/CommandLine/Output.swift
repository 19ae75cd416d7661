import Foundation
import Terminal

/// What a command prints: text for people, or one JSON document for programs.
struct Output: Sendable {
    let json: Bool
    let quiet: Bool

    /// Whether standard output is a terminal, so that colours and progress have a reader.
    static let isTerminal = isatty(STDOUT_FILENO) == 1
    static let hasColours =
        isTerminal && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
        && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    /// Columns of the terminal; nil when there is none.
    static var columns: Int? {
        var size = winsize()
        guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// A line for people; nothing with `--json` or `--quiet`. What can't be shown, or would command a terminal, is
    /// shown as a picture of itself.
    func say(_ text: String = "") {
        guard !json, !quiet else { return }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            Output.write(Output.printable(String(line)) + "\n")
        }
    }

    func say(_ table: TextTable) {
        guard !json, !quiet else { return }
        Output.write(table.text(columns: Output.columns, colours: Output.hasColours))
    }

    /// The document of `--json`; nothing without it.
    func document(_ value: some Encodable) throws {
        guard json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Output.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }

    /// An error, on standard error.
    static func complain(_ text: String, prefix: String = "weir: ") {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
        FileHandle.standardError.write(Data((prefix + lines.joined(separator: "\n") + "\n").utf8))
    }

    /// Bytes as they are, on standard output. A reader that has gone ends the program, as it does others.
    static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            guard written > 0 else { exit(ExitStatus.failed.rawValue) }
            bytes = bytes.dropFirst(written)
        }
    }

    static func printable(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
        return Glyphs(text).map(\.text).joined()
    }
}
