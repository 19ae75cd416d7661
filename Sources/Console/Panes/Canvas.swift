import Terminal

/// A grid with the theme to draw on it by.
struct Canvas {
    var grid: Grid
    let theme: Theme

    init(size: Size, theme: Theme) {
        grid = Grid(size: size, style: theme[.background])
        self.theme = theme
    }

    var signs: Signs { theme.signs }

    /// A piece of a line: a text and what it means.
    struct Span {
        var text: String
        var role: Role
        init(_ text: String, _ role: Role = .text) {
            self.text = text
            self.role = role
        }
        var columns: Int { Glyphs.columns(of: text) }
    }

    @discardableResult
    mutating func write(_ text: String, _ role: Role = .text, x: Int, y: Int, width: Int = .max) -> Int {
        width > 0 ? grid.write(text, x: x, y: y, style: theme[role], width: width) : 0
    }

    /// Writes spans one after the other, on the background of a role where one is given; a badge keeps its own.
    /// Returns the columns that they took.
    @discardableResult
    mutating func write(_ spans: [Span], x: Int, y: Int, width: Int = .max, over bar: Role? = nil) -> Int {
        var used = 0
        let limit = width == .max ? grid.size.columns - x : width
        for span in spans where used < limit {
            var style = theme[span.role]
            if let bar, span.role != .badge { style.background = theme[bar].background }
            used += grid.write(span.text, x: x + used, y: y, style: style, width: limit - used)
        }
        return used
    }

    mutating func writeRight(_ spans: [Span], in rect: Rect, y: Int, over bar: Role? = nil) {
        let total = spans.reduce(0) { $0 + $1.columns }
        write(spans, x: rect.maxX - min(total, rect.width), y: y, width: min(total, rect.width), over: bar)
    }

    mutating func fill(_ rect: Rect, _ role: Role) { grid.fill(rect, style: theme[role]) }
    mutating func tint(_ rect: Rect, _ role: Role) { grid.tint(rect, with: theme[role]) }

    /// A frame with a title at its left and a note at its right; returns the room inside.
    @discardableResult
    mutating func frame(_ rect: Rect, title: String, note: [Span] = [], focused: Bool = false) -> Rect {
        guard rect.width >= 2, rect.height >= 2 else { return Rect(x: rect.x, y: rect.y, width: 0, height: 0) }
        let lines = signs.lines
        let role: Role = focused ? .focusedBorder : .border
        let horizontal = focused ? lines.heavyHorizontal : lines.horizontal
        let vertical = focused ? lines.heavyVertical : lines.vertical
        let corners = focused ? lines.heavyCorners : lines.corners
        let right = rect.maxX - 1
        let bottom = rect.maxY - 1
        let across = String(repeating: horizontal, count: rect.width - 2)
        write(corners[0] + across + corners[1], role, x: rect.x, y: rect.y)
        write(corners[2] + across + corners[3], role, x: rect.x, y: bottom)
        for y in rect.y + 1..<max(rect.y + 1, bottom) {
            write(vertical, role, x: rect.x, y: y)
            write(vertical, role, x: right, y: y)
        }
        let noteWidth = note.reduce(0) { $0 + $1.columns }
        let titleLimit = rect.width - 6
        let titleWidth = min(Glyphs.columns(of: title), titleLimit)
        if titleWidth > 0 {
            write(" ", role, x: rect.x + 2, y: rect.y)
            write(title, focused ? .title : .text, x: rect.x + 3, y: rect.y, width: titleLimit)
            write(" ", role, x: rect.x + 3 + titleWidth, y: rect.y)
        }
        if noteWidth > 0, titleWidth + noteWidth + 8 <= rect.width {
            let x = right - 3 - noteWidth
            write(" ", role, x: x, y: rect.y)
            write(note, x: x + 1, y: rect.y)
            write(" ", role, x: x + 1 + noteWidth, y: rect.y)
        }
        return rect.inset()
    }

    /// A bar that is full to a share.
    mutating func bar(_ share: Double, _ role: Role, x: Int, y: Int, width: Int) {
        guard width > 0 else { return }
        let full = share >= 1 ? width : Int((max(0, share) * Double(width)).rounded(.down))
        write(String(repeating: signs.bar, count: full), role, x: x, y: y)
        write(String(repeating: signs.barRest, count: width - full), .absent, x: x + full, y: y)
    }

    /// The newest values at the right, each as high as its share of the greatest shown.
    mutating func sparkline(_ values: [Int], _ role: Role, x: Int, y: Int, width: Int) {
        guard width > 0 else { return }
        let shown = values.suffix(width)
        let greatest = max(1, shown.max() ?? 1)
        let steps = signs.ramp.count - 1
        var column = x + width - shown.count
        write(String(repeating: signs.ramp[0], count: width - shown.count), role, x: x, y: y)
        for value in shown {
            // What is not nothing shows at least the lowest step.
            let step = value <= 0 ? 0 : max(1, Int((Double(value) / Double(greatest) * Double(steps)).rounded()))
            write(signs.ramp[min(steps, step)], role, x: column, y: y)
            column += 1
        }
    }

    /// Lines in the middle of an empty pane: what it would show, and what to do.
    mutating func empty(_ lines: [[Span]], in rect: Rect) {
        let lines = lines.prefix(max(0, rect.height))
        var y = rect.y + max(0, (rect.height - lines.count) / 2)
        for line in lines {
            let columns = line.reduce(0) { $0 + $1.columns }
            let x = rect.x + max(0, (rect.width - columns) / 2)
            write(line, x: x, y: y, width: rect.maxX - x)
            y += 1
        }
    }
}
