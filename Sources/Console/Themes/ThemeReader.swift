import Terminal
internal import Yams

/// Reads the nodes of a theme's file, and says where one is not what it should be.
struct ThemeReader {
    let file: String

    struct Key {
        let node: Node
        let text: String
    }

    func compose(_ text: String) throws -> Node {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw ThemeError(file: file, line: 1, column: 1, message: "the file is empty")
            }
            return node
        } catch let error as YamlError {
            throw ThemeError(file: file, line: 1, column: 1, message: "not YAML: \(error)")
        }
    }

    func mapping(_ node: Node) throws -> [(key: Key, value: Node)] {
        guard let mapping = node.mapping else { throw error(node, "expected names with values") }
        return try mapping.map { (Key(node: $0.key, text: try scalar($0.key)), $0.value) }
    }

    func scalar(_ node: Node) throws -> String {
        guard let scalar = node.scalar else { throw error(node, "expected a word") }
        return scalar.string
    }

    func choice<Choice: RawRepresentable<String>>(_ node: Node, of choices: [Choice]) throws -> Choice {
        let text = try scalar(node)
        guard let choice = Choice(rawValue: text) else {
            throw error(
                node, "unknown '\(text)': expected one of \(choices.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// `"#7aa2f7"` or `{ rgb: "#7aa2f7", ansi16: bright-blue }`; without a name the nearest of the sixteen is taken.
    func color(_ node: Node) throws -> Color {
        guard let entries = node.mapping else { return try rgb(node, ansi: nil) }
        var ansi: UInt8?
        var value: Node?
        for (key, node) in try mapping(Node.mapping(entries)) {
            switch key.text {
            case "rgb": value = node
            case "ansi16":
                let name = try scalar(node)
                guard let index = Self.ansiNames.firstIndex(of: name) else {
                    throw error(node, "unknown colour '\(name)': \(Self.ansiNames.joined(separator: ", "))")
                }
                ansi = UInt8(index)
            default: throw error(key.node, "unknown key '\(key.text)': rgb, ansi16")
            }
        }
        guard let value else { throw error(node, "a colour needs rgb") }
        return try rgb(value, ansi: ansi)
    }

    /// `accent` or `{ fg: accent, bg: base, mods: [bold] }`.
    func look(_ node: Node) throws -> ThemeFile.Look {
        guard node.mapping != nil else { return ThemeFile.Look(foreground: try name(node)) }
        var look = ThemeFile.Look()
        for (key, value) in try mapping(node) {
            switch key.text {
            case "fg": look.foreground = try name(value)
            case "bg": look.background = try name(value)
            case "mods":
                guard let words = value.sequence else { throw error(value, "expected a list as [bold, dim]") }
                look.modifiers = try words.reduce(into: []) { try $0.formUnion(modifier($1)) }
            default: throw error(key.node, "unknown key '\(key.text)': fg, bg, mods")
            }
        }
        return look
    }

    private func name(_ node: Node) throws -> ThemeFile.Name {
        let text = try scalar(node)
        return ThemeFile.Name(text: text, file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    func error(_ node: Node, _ message: String) -> ThemeError {
        ThemeError(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, message: message)
    }

    private func modifier(_ node: Node) throws -> Modifiers {
        switch try scalar(node) {
        case "bold": return .bold
        case "dim": return .dim
        case "italic": return .italic
        case "underlined": return .underline
        case "reversed": return .reverse
        case let other: throw error(node, "unknown modifier '\(other)': bold, dim, italic, underlined, reversed")
        }
    }

    private func rgb(_ node: Node, ansi: UInt8?) throws -> Color {
        let text = try scalar(node)
        guard let color = Self.color(hexadecimal: text) else {
            throw error(node, "'\(text)' is not a colour like \"#7aa2f7\"")
        }
        return ansi.map { Color(rgb: color.rgb, ansi: $0) } ?? color
    }

    /// The colour of `#rrggbb`, with the nearest of the sixteen beside it.
    static func color(hexadecimal text: String) -> Color? {
        guard text.utf8.count == 7, text.hasPrefix("#"), let value = UInt32(text.dropFirst(), radix: 16) else {
            return nil
        }
        return Color(rgb: value, ansi: nearestANSI(value))
    }

    static let ansiNames = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red",
        "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
    ]

    /// The nearest of xterm's own sixteen.
    private static func nearestANSI(_ rgb: UInt32) -> UInt8 {
        let values: [UInt32] = [
            0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000,
            0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
        ]
        func distance(_ other: UInt32) -> Int {
            [16, 8, 0].reduce(0) { total, shift in
                let difference = Int(rgb >> shift & 0xFF) - Int(other >> shift & 0xFF)
                return total + difference * difference
            }
        }
        return UInt8(values.indices.min { distance(values[$0]) < distance(values[$1]) } ?? 7)
    }
}
