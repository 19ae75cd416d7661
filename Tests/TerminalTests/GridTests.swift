import Terminal
import Testing

struct GridTests {
    @Test func `what does not fit ends in an ellipsis and stays inside`() {
        var grid = Grid(size: Size(columns: 10, rows: 3))
        #expect(grid.write("engagement_daily", x: 2, y: 1, style: .plain, width: 6) == 6)
        #expect(grid.write("exactly8", x: 2, y: 2, style: .plain) == 8)
        #expect(grid.write("off", x: 0, y: 3, style: .plain) == 0)
        #expect(grid.write("off", x: 10, y: 0, style: .plain) == 0)
        #expect(grid.text == "\n  engag…\n  exactly8")
    }

    @Test func `a wide character that does not fit gives way to the ellipsis`() {
        var grid = Grid(size: Size(columns: 6, rows: 1))
        grid.write("日本語x", x: 0, y: 0, style: .plain, width: 5)
        #expect(grid.text == "日本…")
        grid = Grid(size: Size(columns: 6, rows: 1))
        grid.write("日本語", x: 0, y: 0, style: .plain, width: 4)
        #expect(grid.text == "日…")
    }

    @Test func `half of a wide character never stays behind`() {
        var grid = Grid(size: Size(columns: 6, rows: 1))
        grid.write("日本語", x: 0, y: 0, style: .plain)
        grid.write("x", x: 1, y: 0, style: .plain)
        grid.write("y", x: 4, y: 0, style: .plain)
        #expect(grid.text == " x本y")
        for cell in grid.row(0) where cell.glyph.width == 2 { #expect(cell.glyph.text == "本") }
    }

    @Test func `text is put at the right edge`() {
        var grid = Grid(size: Size(columns: 8, rows: 2))
        grid.writeRight("12", x: 0, y: 0, style: .plain, width: 8)
        grid.writeRight("1234567890", x: 2, y: 1, style: .plain, width: 4)
        #expect(grid.text == "      12\n  123…")
    }

    @Test func `a tint keeps the text and the colour that it does not set`() {
        let red = Color(rgb: 0xFF0000, ansi: 9)
        let blue = Color(rgb: 0x0000FF, ansi: 4)
        var grid = Grid(size: Size(columns: 3, rows: 1))
        grid.write("abc", x: 0, y: 0, style: Style(red))
        grid.tint(Rect(x: 1, y: 0, width: 9, height: 9), with: Style(.terminal, on: blue, .bold))
        #expect(grid[0, 0].style == Style(red))
        #expect(grid[2, 0].style == Style(red, on: blue, .bold))
        #expect(grid.text == "abc")
    }
}

struct ColorTests {
    @Test(
        arguments: [
            (0x000000, 16), (0xFFFFFF, 231), (0xFF0000, 196), (0x00FF00, 46), (0x0000FF, 21), (0x808080, 244),
            (0x5F87AF, 67), (0x121212, 233),
        ] as [(UInt32, Int32)])
    func `the nearest of 256 colours is found`(rgb: UInt32, index: Int32) {
        #expect(Color(rgb: rgb, ansi: 7).index(in: .many) == index)
    }

    @Test func `each tier gets what it can show`() {
        let color = Color(rgb: 0xD7875F, ansi: 11)
        #expect(color.index(in: .sixteen) == 11)
        #expect(color.index(in: .mono) == -1)
        #expect(color.index(in: .eight) == 3)
        #expect(Color(rgb: 0x4A5260, ansi: 8).index(in: .eight) == 7)
        #expect(Color.terminal.index(in: .many) == -1)
    }

    @Test(arguments: [
        (["TERM": "xterm-256color"], 256, ColorTier.many),
        (["TERM": "xterm"], 8, .eight),
        (["TERM": "xterm-16color"], 16, .sixteen),
        (["TERM": "vt100"], 0, .mono),
        (["TERM": "xterm-256color", "NO_COLOR": "1"], 256, .mono),
        (["TERM": "xterm-256color", "NO_COLOR": ""], 256, .many),
    ]) func `the tier follows the terminal and NO_COLOR`(environment: [String: String], colors: Int, tier: ColorTier) {
        #expect(TerminalTraits(environment: environment, colors: colors, localeIsUTF8: true).tier == tier)
    }

    @Test func `where the locale is not UTF-8 only ASCII is sent`() {
        #expect(TerminalTraits(environment: [:], colors: 8, localeIsUTF8: false).ascii)
        #expect(!TerminalTraits(environment: ["TERM": "linux"], colors: 8, localeIsUTF8: true).answers)
    }
}
