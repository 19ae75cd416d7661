/// What a list shows or a log search finds: a regular expression, `!` before it for its opposite, `-f ` for a fuzzy
/// match. Without capitals the case of letters does not matter.
package struct Filter: Sendable, Hashable {
    let text: String

    /// nil for a text that filters nothing.
    init?(_ text: String) {
        guard !text.isEmpty, text != "!", text != "-f", text != "-f " else { return nil }
        self.text = text
    }

    /// Why the text is no regular expression; nil when it is one.
    var problem: String? {
        guard case .pattern(let pattern, _) = kind else { return nil }
        return (try? Regex(pattern)) == nil ? "'\(pattern)' is not a regular expression" : nil
    }

    private enum Kind {
        case pattern(String, inverse: Bool)
        case fuzzy(String)
    }
    private var kind: Kind {
        if text.hasPrefix("-f ") { return .fuzzy(String(text.dropFirst(3))) }
        if text.hasPrefix("!") { return .pattern(String(text.dropFirst()), inverse: true) }
        return .pattern(text, inverse: false)
    }
    private var ignoresCase: Bool { text == text.lowercased() }

    /// Of each text, whether it stays. A pattern that is no regular expression is looked for as it is.
    func matches(_ candidates: [String]) -> [Bool] {
        switch kind {
        case .fuzzy(let letters):
            let wanted = Array(letters.lowercased())
            return candidates.map { Self.fuzzy(wanted, in: $0.lowercased()) }
        case .pattern(let pattern, let inverse):
            if let plain = PlainText(pattern, ignoresCase: ignoresCase) {
                return candidates.map { plain.occurs(in: $0) != inverse }
            }
            guard let regex = try? Regex(pattern).ignoresCase(ignoresCase) else {
                let plain = pattern.lowercased()
                return candidates.map { $0.lowercased().contains(plain) != inverse }
            }
            return candidates.map { $0.contains(regex) != inverse }
        }
    }

    /// The letters occur in this order, whatever stands between them.
    private static func fuzzy(_ wanted: [Character], in text: String) -> Bool {
        var next = wanted.startIndex
        for character in text where next < wanted.endIndex && character == wanted[next] { next += 1 }
        return next == wanted.endIndex
    }
}

/// A text of ASCII without a regular expression's signs, looked for byte by byte: a million lines take half a second,
/// and with the regular expression a minute.
private struct PlainText {
    private let wanted: [UInt8]
    private let ignoresCase: Bool

    init?(_ pattern: String, ignoresCase: Bool) {
        guard !pattern.isEmpty, pattern.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }),
            !pattern.contains(where: { #"\.[]{}()*+?^$|"#.contains($0) })
        else { return nil }
        wanted = Array(pattern.utf8)
        self.ignoresCase = ignoresCase
    }

    func occurs(in text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count >= wanted.count else { return false }
            return (0...bytes.count - wanted.count).contains { start in
                for (offset, byte) in wanted.enumerated() where fold(bytes[start + offset]) != byte { return false }
                return true
            }
        }
    }

    /// `wanted` has no capitals where case is ignored.
    @inline(__always)
    private func fold(_ byte: UInt8) -> UInt8 {
        ignoresCase && byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
