package struct Size: Hashable, Sendable {
    package var columns: Int
    package var rows: Int

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}

package struct Rect: Hashable, Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(0, width)
        self.height = max(0, height)
    }

    package var maxX: Int { x + width }
    package var maxY: Int { y + height }
    package func contains(x column: Int, y row: Int) -> Bool {
        (x..<maxX).contains(column) && (y..<maxY).contains(row)
    }
    /// The same rectangle without a border of the given thickness.
    package func inset(x horizontal: Int = 1, y vertical: Int = 1) -> Rect {
        Rect(x: x + horizontal, y: y + vertical, width: width - 2 * horizontal, height: height - 2 * vertical)
    }
}

package struct Cell: Hashable, Sendable {
    package var glyph: Glyph
    package var style: Style

    package init(glyph: Glyph = .space, style: Style = .plain) {
        self.glyph = glyph
        self.style = style
    }
}

/// A picture of the screen as a value: panes draw onto it, `Screen` shows it, tests compare it.
/// Whatever is drawn outside its bounds is cut off.
package struct Grid: Hashable, Sendable {
    package let size: Size
    package private(set) var cells: [Cell]

    package init(size: Size, style: Style = .plain) {
        self.size = Size(columns: max(0, size.columns), rows: max(0, size.rows))
        cells = Array(repeating: Cell(style: style), count: self.size.columns * self.size.rows)
    }

    package var bounds: Rect { Rect(x: 0, y: 0, width: size.columns, height: size.rows) }

    package subscript(x: Int, y: Int) -> Cell { cells[y * size.columns + x] }
    package func row(_ y: Int) -> ArraySlice<Cell> { cells[y * size.columns..<(y + 1) * size.columns] }

    /// Writes a text from a place to the right, at most `width` columns of it; what does not fit ends in `…`.
    /// Returns the columns that were written.
    @discardableResult
    package mutating func write(_ text: String, x: Int, y: Int, style: Style, width: Int = .max) -> Int {
        let end = min(size.columns, width == .max ? size.columns : x + width)
        guard (0..<size.rows).contains(y), x >= 0, x < end else { return 0 }
        var column = x
        var last = x
        for glyph in Glyphs(text) {
            guard column + Int(glyph.width) <= end else {
                // Too long: the mark takes the place of the last glyph.
                if column == end { column = last }
                set(Glyph(base: "\u{2026}", width: 1), x: column, y: y, style: style)
                return column + 1 - x
            }
            last = column
            set(glyph, x: column, y: y, style: style)
            column += Int(glyph.width)
        }
        return column - x
    }

    /// Writes a text so that it ends at the column before `x + width`.
    package mutating func writeRight(_ text: String, x: Int, y: Int, style: Style, width: Int) {
        let columns = Glyphs.columns(of: text)
        write(text, x: x + max(0, width - columns), y: y, style: style, width: min(width, columns))
    }

    /// Puts one glyph into a cell.
    package mutating func set(_ glyph: Glyph, x: Int, y: Int, style: Style) {
        guard (0..<size.rows).contains(y), x >= 0, x + Int(glyph.width) <= size.columns else { return }
        let place = y * size.columns + x
        breakWide(at: place, y: y)
        cells[place] = Cell(glyph: glyph, style: style)
        if glyph.width == 2 {
            breakWide(at: place + 1, y: y)
            cells[place + 1] = Cell(glyph: .continuation, style: style)
        }
    }

    /// Blanks a rectangle.
    package mutating func fill(_ rect: Rect, style: Style) {
        for y in max(0, rect.y)..<max(max(0, rect.y), min(size.rows, rect.maxY)) {
            for x in max(0, rect.x)..<max(max(0, rect.x), min(size.columns, rect.maxX)) {
                set(.space, x: x, y: y, style: style)
            }
        }
    }

    /// Lays a style over what is there: its background, its modifiers, and its foreground where it has one.
    package mutating func tint(_ rect: Rect, with style: Style) {
        for y in max(0, rect.y)..<max(max(0, rect.y), min(size.rows, rect.maxY)) {
            for x in max(0, rect.x)..<max(max(0, rect.x), min(size.columns, rect.maxX)) {
                let place = y * size.columns + x
                if !style.background.isTerminal { cells[place].style.background = style.background }
                if !style.foreground.isTerminal { cells[place].style.foreground = style.foreground }
                cells[place].style.modifiers.formUnion(style.modifiers)
            }
        }
    }

    /// The picture for a terminal that shows only ASCII: what stands for something by its shape gets the nearest shape,
    /// everything else a question mark a column.
    package func inASCII() -> Grid {
        var grid = self
        for place in grid.cells.indices where !grid.cells[place].glyph.isASCII || grid.cells[place].glyph.width != 1 {
            let shape: Unicode.Scalar =
                switch grid.cells[place].glyph.base {
                case 0x2026, 0xB7: "."
                case 0x2013, 0x2500, 0x2501: "-"
                case 0x2190: "<"
                case 0x2191: "^"
                case 0x2192: ">"
                case 0x2193: "v"
                default: "?"
                }
            grid.cells[place].glyph = Glyph(base: shape, width: 1)
        }
        return grid
    }

    /// The picture without its colours, one line a row, spaces at the ends cut off.
    package var text: String {
        (0..<size.rows).map { y in
            var line = ""
            for cell in row(y) where cell.glyph.width > 0 { line += cell.glyph.text }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// Half of a wide glyph must not stay behind when the other half is drawn over.
    private mutating func breakWide(at place: Int, y: Int) {
        let glyph = cells[place].glyph
        if glyph.width == 0, place > y * size.columns { cells[place - 1].glyph = .space }
        if glyph.width == 2, place + 1 < (y + 1) * size.columns { cells[place + 1].glyph = .space }
    }
}
