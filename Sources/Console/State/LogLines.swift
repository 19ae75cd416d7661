import Flow
import Terminal

/// One line of an attempt's log as it is shown.
struct LogLine: Sendable, Hashable {
    var text: String
    var role: Role

    init(_ text: String) {
        self.text = text
        let head = text.prefix(160).lowercased()
        role =
            head.contains("error") || head.contains("failed") || head.contains("fatal")
            ? .logError : head.contains("warn") ? .logWarning : .logText
    }
    init(_ text: String, role: Role) {
        self.text = text
        self.role = role
    }

    /// Cuts a line into pieces of at most `width` columns, at spaces where there are some.
    func wrapped(to width: Int) -> [LogLine] {
        guard width > 4, Glyphs.columns(of: text) > width else { return [self] }
        var pieces: [LogLine] = []
        var piece = ""
        var columns = 0
        var space: (index: String.Index, columns: Int)?
        for character in text {
            let wide = Glyphs.columns(of: String(character))
            if columns + wide > width {
                if let cut = space {
                    let rest = String(piece[cut.index...])
                    pieces.append(LogLine(String(piece[..<cut.index]), role: role))
                    piece = rest
                    columns -= cut.columns
                } else {
                    pieces.append(LogLine(piece, role: role))
                    piece = ""
                    columns = 0
                }
                space = nil
            }
            piece.append(character)
            columns += wide
            if character == " " { space = (piece.endIndex, columns) }
        }
        pieces.append(LogLine(piece, role: role))
        return pieces
    }
}

extension ConsoleState {
    /// The newest lines are kept: what a program writes has no bound, a screen has.
    static let longestLog = 5000

    /// The log of the attempt that is shown.
    func logLines(width: Int) -> [LogLine] {
        guard case .run = place, let attempt = focusedAttempt, !attempt.log.isEmpty else { return [] }
        let lines = attempt.log.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).suffix(
            Self.longestLog)
        var shown = lines.map { line in LogLine(line.contains("\t") ? expandingTabs(line) : String(line)) }
        if shown.last?.text.isEmpty == true { shown.removeLast() }
        return run.wraps ? shown.flatMap { $0.wrapped(to: width) } : shown
    }

    /// The attempt that is shown is still at work.
    var isLogWritten: Bool { focusedAttempt.map { $0.finishedAt == nil } ?? false }
    var followsLog: Bool { run.follows ?? isLogWritten }

    private func expandingTabs(_ line: Substring) -> String {
        var text = ""
        var column = 0
        for character in line {
            if character == "\t" {
                let count = 8 - column % 8
                text += String(repeating: " ", count: count)
                column += count
            } else {
                text.append(character)
                column += 1
            }
        }
        return text
    }

    /// What failed, over the log: the error's name and message, in as many lines as they need.
    func errorLines(width: Int) -> [LogLine] {
        guard let step = focusedStep else { return [] }
        let attempt = focusedAttempt
        let text = failure(attempt?.error ?? step.error, attempt?.message ?? step.message)
        guard !text.isEmpty else { return [] }
        return text.split(whereSeparator: \.isNewline).flatMap {
            LogLine(String($0), role: .failed).wrapped(to: width)
        }
    }
}
