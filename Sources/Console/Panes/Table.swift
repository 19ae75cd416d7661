import Terminal

/// Rows in columns that make the best of the width there is.
struct Table {
    struct Column {
        var title: String
        /// The least width worth showing, and the one that shows everything.
        var least: Int
        var wanted: Int
        /// Its part of the room that is left over.
        var grows: Int
        var right: Bool
        /// Columns of a higher number go first when there is no room; 0 stays.
        var priority: Int
        /// It is there only while all others have the width that they want.
        var spare: Bool

        init(
            _ title: String, _ least: Int, wanted: Int? = nil, grows: Int = 0, right: Bool = false, priority: Int = 0,
            spare: Bool = false
        ) {
            self.title = title
            self.least = least
            self.wanted = max(least, wanted ?? least)
            self.grows = grows
            self.right = right
            self.priority = priority
            self.spare = spare
        }
    }

    /// The width that texts need, between the least and the most that a column should have.
    static func width(of texts: some Sequence<String>, least: Int, most: Int) -> Int {
        min(most, texts.reduce(least) { max($0, Glyphs.columns(of: $1)) })
    }

    /// What a cell shows.
    enum Content {
        case text(String, Role)
        case spans([Canvas.Span])
        /// The first where it fits, else the second.
        case either([Canvas.Span], [Canvas.Span])
        case bar(Double, Role)
        case spark([Int], Role)

        static func text(_ text: String) -> Content { .text(text, .text) }
    }

    var columns: [Column]

    /// The columns that fit a width, each with its place and width.
    func fitted(_ width: Int) -> [(index: Int, x: Int, width: Int)] {
        let (shown, widths) = widths(in: width)
        var x = 0
        var result: [(index: Int, x: Int, width: Int)] = []
        for index in shown {
            let columnWidth = min(widths[index], width - x)
            guard columnWidth > 0 else { break }
            result.append((index, x, columnWidth))
            x += columnWidth + 1
        }
        return result
    }

    private func widths(in width: Int) -> (shown: [Int], widths: [Int]) {
        func sum(_ shown: [Int], _ part: KeyPath<Column, Int>) -> Int {
            shown.reduce(0) { $0 + columns[$1][keyPath: part] } + max(0, shown.count - 1)
        }
        var shown = Array(columns.indices)
        func drop(while tooWide: () -> Bool, among: (Column) -> Bool) {
            while tooWide(),
                let least = shown.filter({ among(columns[$0]) }).max(by: { columns[$0].priority < columns[$1].priority }
                )
            {
                shown.removeAll { $0 == least }
            }
        }
        drop(while: { sum(shown, \.wanted) > width }, among: \.spare)
        drop(while: { sum(shown, \.least) > width }, among: { $0.priority > 0 })
        // What is left over goes first to the columns that would show more, then to those that grow.
        var widths = columns.map(\.least)
        var left = max(0, width - sum(shown, \.least))
        for index in shown {
            let more = min(left, columns[index].wanted - columns[index].least)
            widths[index] += more
            left -= more
        }
        var parts = shown.reduce(0) { $0 + columns[$1].grows }
        for index in shown where columns[index].grows > 0 {
            let more = left * columns[index].grows / parts
            widths[index] += more
            left -= more
            parts -= columns[index].grows
        }
        return (shown, widths)
    }

    /// Draws the head and the rows from `offset` on; `selected` is tinted where the pane has the focus and marked
    /// where it has not. Returns how many rows fit.
    @discardableResult
    func draw(
        on canvas: inout Canvas, in rect: Rect, count: Int, offset: Int, selected: Int?, focused: Bool,
        row: (Int) -> [Content]
    ) -> Int {
        guard rect.height > 1, rect.width > 2 else { return 0 }
        // The first column is for the mark.
        let inner = Rect(x: rect.x + 1, y: rect.y, width: rect.width - 2, height: rect.height)
        let places = fitted(inner.width)
        for place in places {
            let column = columns[place.index]
            if column.right {
                canvas.grid.writeRight(
                    column.title, x: inner.x + place.x, y: rect.y, style: canvas.theme[.heading], width: place.width)
            } else {
                canvas.write(column.title, .heading, x: inner.x + place.x, y: rect.y, width: place.width)
            }
        }
        let room = rect.height - 1
        for line in 0..<max(0, min(room, count - offset)) {
            let index = offset + line
            let y = rect.y + 1 + line
            let contents = row(index)
            for place in places where place.index < contents.count {
                draw(
                    contents[place.index], on: &canvas, x: inner.x + place.x, y: y, width: place.width,
                    right: columns[place.index].right)
            }
            guard index == selected else { continue }
            canvas.write(canvas.signs.mark, focused ? .focusedBorder : .border, x: rect.x, y: y)
            if focused { canvas.tint(Rect(x: rect.x + 1, y: y, width: rect.width - 1, height: 1), .selection) }
        }
        return room
    }

    private func draw(_ content: Content, on canvas: inout Canvas, x: Int, y: Int, width: Int, right: Bool) {
        switch content {
        case .text(let text, let role):
            if right {
                canvas.grid.writeRight(text, x: x, y: y, style: canvas.theme[role], width: width)
            } else {
                canvas.write(text, role, x: x, y: y, width: width)
            }
        case .spans(let spans):
            if right {
                canvas.writeRight(spans, in: Rect(x: x, y: y, width: width, height: 1), y: y)
            } else {
                canvas.write(spans, x: x, y: y, width: width)
            }
        case .either(let full, let short):
            let fits = full.reduce(0) { $0 + $1.columns } <= width
            draw(.spans(fits ? full : short), on: &canvas, x: x, y: y, width: width, right: right)
        case .bar(let share, let role): canvas.bar(share, role, x: x, y: y, width: width)
        case .spark(let values, let role): canvas.sparkline(values, role, x: x, y: y, width: width)
        }
    }
}
