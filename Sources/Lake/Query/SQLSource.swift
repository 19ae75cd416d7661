import Foundation

/// The text that a person wrote, so that errors can point into it.
package struct SQLSource: Sendable, Hashable {
    /// Relative to the project's folder; nil for a statement typed by a person.
    package let file: String?
    package let sql: String

    package init(file: String?, sql: String) {
        self.file = file
        self.sql = sql
    }

    /// `sql/engagement.sql: `, or nothing.
    var name: String { file.map { $0 + ": " } ?? "" }

    /// A place in words, and the line with a caret below it.
    func point(at byte: Int) -> (place: String, excerpt: String) {
        let bytes = Array(sql.utf8)
        let end = max(0, min(byte, bytes.count))
        let before = bytes[..<end]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let lineEnd = bytes[end...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let indent = String(decoding: bytes[lineStart..<end], as: UTF8.self)
        let column = indent.count + 1
        let text = String(decoding: bytes[lineStart..<lineEnd], as: UTF8.self)
        // A tab stays a tab, so that the caret stands below its byte however wide a tab is shown.
        let blank = String(indent.map { $0 == "\t" ? "\t" : " " })
        let margin = "\(line) | "
        let place = file.map { "\($0):\(line):\(column):" } ?? "line \(line), column \(column):"
        let gutter = String(repeating: " ", count: margin.count - 2) + "| "
        return (place, margin + text + "\n" + gutter + blank + "^")
    }
}
