import Terminal

/// A line of text under edit.
struct TextField: Sendable, Hashable {
    private(set) var text: [Character]
    private(set) var cursor: Int
    /// Longer is not taken.
    static let limit = 400

    init(_ text: String = "") {
        self.text = Array(text.prefix(Self.limit))
        cursor = self.text.count
    }

    var string: String { String(text) }

    /// Takes a key of editing; false when it is none.
    mutating func take(_ key: Key) -> Bool {
        switch (key.code, key.modifiers) {
        case (.character(let scalar), let modifiers) where modifiers.isSubset(of: .shift):
            insert(String(Character(scalar)))
        case (.backspace, _):
            if cursor > 0 {
                cursor -= 1
                text.remove(at: cursor)
            }
        case (.delete, _): if cursor < text.count { text.remove(at: cursor) }
        case (.left, _): cursor = max(0, cursor - 1)
        case (.right, _): cursor = min(text.count, cursor + 1)
        case (.home, _), (.character("a"), .control): cursor = 0
        case (.end, _), (.character("e"), .control): cursor = text.count
        case (.character("u"), .control):
            text.removeFirst(cursor)
            cursor = 0
        case (.character("w"), .control):
            var start = cursor
            while start > 0, text[start - 1] == " " { start -= 1 }
            while start > 0, text[start - 1] != " " { start -= 1 }
            text.removeSubrange(start..<cursor)
            cursor = start
        default: return false
        }
        return true
    }

    /// Text from the keyboard or a paste: line ends become spaces, other controls are left out.
    mutating func insert(_ addition: String) {
        for character in addition where text.count < Self.limit {
            let shown: Character
            if character.isNewline || character == "\t" {
                shown = " "
            } else if character.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) {
                shown = character
            } else {
                continue
            }
            text.insert(shown, at: cursor)
            cursor += 1
        }
    }

    mutating func replace(with text: String) { self = TextField(text) }
}
