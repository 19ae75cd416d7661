import Terminal
import TestSupport
import Testing

struct GlyphTests {
    private static func shown(_ text: String) -> String { Glyphs(text).map(\.text).joined() }

    @Test(arguments: [
        Escaped("plain text"): "plain text",
        Escaped("\u{1B}[31mred\u{1B}[0m"): "␛[31mred␛[0m",
        Escaped("\u{1B}]52;c;cGF5bG9hZA==\u{07}"): "␛]52;c;cGF5bG9hZA==␇",
        Escaped("one\r\ntwo\tthree\u{00}"): "one␍␊two␉three␀",
        Escaped("\u{7F}\u{9B}31m\u{90}q\u{9C}"): "␡�31m�q�",
        Escaped("user\u{202E}txt.exe\u{2066}"): "user�txt.exe�",
        Escaped("a\u{200D}b\u{FE0F}c\u{200B}d\u{AD}e\u{FEFF}f"): "abcdef",
        Escaped("👍🏽 👨\u{200D}👩\u{200D}👧"): "👍 👨👩👧",
        Escaped("e\u{301}"): "e\u{301}",
        Escaped("\u{301}x"): "\u{25CC}\u{301}x",
        Escaped("line\u{2028}line\u{2029}"): "line␤line␤",
        Escaped("\u{E0001}\u{E0041}\u{FFFE}\u{378}"): "����",
        Escaped("\u{FFFD}"): "�",
    ]) func `hostile text is only ever a picture of itself`(text: Escaped, expected: String) {
        #expect(Self.shown(text.text) == expected)
    }

    @Test func `no text whatever becomes a control on the screen`() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for glyph in Glyphs(String(Character(scalar))) {
                let controls = glyph.base < 0x20 || (0x7F...0x9F).contains(glyph.base)
                if controls { Issue.record("U+\(String(value, radix: 16)) reaches the screen as a control") }
            }
        }
    }

    @Test func `combining marks without end take no more than a cell`() throws {
        let glyphs = Array(Glyphs("z" + String(repeating: "\u{0335}\u{0489}", count: 5000) + "!"))
        try #require(glyphs.count == 2)
        #expect(glyphs[0].text.unicodeScalars.count == 3)
        #expect(glyphs[1].text == "!")
    }

    @Test(arguments: [("日本語", 6), ("ｱｲｳ", 3), ("한글", 4), ("\u{1100}\u{1161}", 2), ("😀!", 3), ("é", 1), ("", 0)])
    func `columns are counted as a terminal counts them`(text: String, columns: Int) {
        #expect(Glyphs.columns(of: text) == columns)
    }

    @Test func `widths agree with the C library that curses measures with`() {
        var differing: [String] = []
        for value in UInt32(0x20)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let glyphs = Array(Glyphs(String(Character(scalar))))
            guard glyphs.count == 1, glyphs[0].base == value else { continue }
            // Characters that are newer than the C library are shown as '?' by the screen.
            guard let width = TerminalEmulator.libraryWidth(of: scalar) else { continue }
            if width != Int(glyphs[0].width) { differing.append(String(value, radix: 16)) }
        }
        // A vowel sign of Ahom whose class changed after Unicode 14, which the C library follows.
        #expect(differing == ["1171e"])
    }
}
