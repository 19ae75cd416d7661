/// What can be told of SQL without parsing it.
package enum SQLText {
    /// `'it''s'`
    package static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    /// `"a ""name"""`
    package static func identifier(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    /// Where a code point, by its number, begins in the text's UTF-8. DuckDB's parser counts code points, everything
    /// after it bytes.
    package static func byte(ofCodePoint point: Int, in sql: String) -> Int {
        sql.unicodeScalars.prefix(max(0, point)).reduce(0) { $0 + UTF8.width($1) }
    }

    /// The text up to the first semicolon that ends a statement, so that it can stand inside brackets. Positions in it
    /// are positions in the whole.
    package static func statement(_ sql: String) -> String {
        let bytes = Array(sql.utf8)
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: ";") { return String(decoding: bytes[..<at], as: UTF8.self) }
            at = end(ofTokenAt: at, in: bytes)
        }
        return sql
    }

    /// Where the string, quoted name or comment that begins here ends; or the next byte.
    private static func end(ofTokenAt start: Int, in bytes: [UInt8]) -> Int {
        func has(_ text: StaticString, at place: Int) -> Bool {
            text.withUTF8Buffer { bytes[place...].starts(with: $0) }
        }
        if has("--", at: start) { return bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count }
        if has("/*", at: start) {
            var depth = 1
            var at = start + 2
            while at < bytes.count, depth > 0 {
                let step = has("/*", at: at) ? 1 : has("*/", at: at) ? -1 : 0
                depth += step
                at += step == 0 ? 1 : 2
            }
            return at
        }
        switch bytes[start] {
        case UInt8(ascii: "'"):
            let escapes =
                start > 0 && bytes[start - 1] | 0x20 == UInt8(ascii: "e")
                && (start == 1 || !isWord(bytes[start - 2]))
            return end(ofQuote: bytes[start], from: start + 1, escapes: escapes, in: bytes)
        case UInt8(ascii: "\""): return end(ofQuote: bytes[start], from: start + 1, escapes: false, in: bytes)
        case UInt8(ascii: "$"):
            // `$tag$ … $tag$` is a string; `$name` is a parameter, and `a$b` a name.
            guard start == 0 || !isWord(bytes[start - 1]),
                let close = bytes[(start + 1)...].firstIndex(where: { !isWord($0) }),
                bytes[close] == UInt8(ascii: "$")
            else { return start + 1 }
            let tag = bytes[start...close]
            var at = close + 1
            while at < bytes.count, !bytes[at...].starts(with: tag) { at += 1 }
            return min(bytes.count, at + tag.count)
        default: return start + 1
        }
    }

    /// A doubled quote is two strings side by side, which ends at the same place.
    private static func end(ofQuote quote: UInt8, from start: Int, escapes: Bool, in bytes: [UInt8]) -> Int {
        var at = start
        while at < bytes.count, bytes[at] != quote {
            at += escapes && bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(bytes.count, at + 1)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
