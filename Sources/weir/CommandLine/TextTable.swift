import Terminal

/// Rows of text in aligned columns. On a terminal the last column is cut at its edge.
struct TextTable {
    enum Alignment { case left, right }
    /// How a cell looks where there are colours; the text says the same without.
    enum Tone {
        case plain, good, bad, busy, waiting, faint

        var code: String {
            switch self {
            case .plain: ""
            case .good: "32"
            case .bad: "31"
            case .busy: "36"
            case .waiting: "33"
            case .faint: "2"
            }
        }
    }
    struct Cell: ExpressibleByStringInterpolation {
        var text: String
        var tone = Tone.plain

        init(_ text: String, _ tone: Tone = .plain) {
            self.text = text
            self.tone = tone
        }
        init(stringLiteral value: String) { self.init(value) }
    }

    private let header: [String]
    private let alignments: [Alignment]
    private(set) var rows: [[Cell]] = []

    /// A column's title that begins with `>` aligns to the right.
    init(_ columns: String...) { self.init(columns) }

    init(_ columns: [String]) {
        header = columns.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
        alignments = columns.map { $0.hasPrefix(">") ? .right : .left }
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ cells: Cell...) { rows.append(cells) }
    mutating func add(_ cells: [Cell]) { rows.append(cells) }

    /// `columns` is the terminal's width; nil: nothing is cut.
    func text(columns: Int?, colours: Bool) -> String {
        let lines = ([header.map { Cell($0, .faint) }] + rows).map {
            $0.map { (cell: $0, glyphs: Array(Glyphs($0.text))) }
        }
        let widths = header.indices.map { column in lines.map { $0[column].glyphs.width }.max() ?? 0 }
        var text = ""
        for line in lines {
            var used = 0
            for (column, entry) in line.enumerated() {
                let isLast = column == line.count - 1
                var glyphs = entry.glyphs
                if isLast, alignments[column] == .left, let columns, columns > used {
                    glyphs = glyphs.cut(to: columns - used)
                }
                let padding = String(repeating: " ", count: max(0, widths[column] - glyphs.width))
                let shown = glyphs.map(\.text).joined()
                let code = colours ? entry.cell.tone.code : ""
                let painted = code.isEmpty ? shown : "\u{1b}[\(code)m\(shown)\u{1b}[0m"
                switch alignments[column] {
                case .left: text += painted + (isLast ? "" : padding + "  ")
                case .right: text += padding + painted + (isLast ? "" : "  ")
                }
                used += widths[column] + 2
            }
            while text.hasSuffix(" ") { text.removeLast() }
            text += "\n"
        }
        return text
    }
}

extension [Glyph] {
    fileprivate var width: Int { reduce(0) { $0 + Int($1.width) } }

    /// As many as fit; what is cut leaves `…`.
    fileprivate func cut(to columns: Int) -> [Glyph] {
        guard width > columns else { return self }
        var kept: [Glyph] = []
        var used = 1
        for glyph in self where used + Int(glyph.width) <= columns {
            kept.append(glyph)
            used += Int(glyph.width)
        }
        return kept + Array(Glyphs("…"))
    }
}
