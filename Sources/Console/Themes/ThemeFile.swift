import Terminal

/// A theme as its YAML file has it: `name`, `variant`, `inherits`, `palette`, `roles`, `signs`. The words are those of
/// Helix themes; a palette's colour has the 16-colour name to fall back on beside it. What a theme inherits, it
/// inherits by name: a palette of its own recolours the roles of its parent.
struct ThemeFile {
    var file: String
    var name = ""
    var variant: Theme.Variant?
    var inherits: String?
    var palette: [String: Color] = [:]
    var roles: [Role: Look] = [:]
    var signs: [String: String] = [:]

    /// How a role looks, its colours by name; nil is the background's.
    struct Look {
        var foreground: Name?
        var background: Name?
        var modifiers: Modifiers = []
    }

    /// A colour's name in the palette, `terminal`, or `#rrggbb`; and where it stands.
    struct Name {
        var text: String
        var file: String
        var line: Int
        var column: Int
    }

    /// Throws `ThemeError`, with the place.
    init(_ text: String, file: String) throws {
        self.file = file
        let reader = ThemeReader(file: file)
        for (key, node) in try reader.mapping(try reader.compose(text)) {
            switch key.text {
            case "name": name = try reader.scalar(node)
            case "variant": variant = try reader.choice(node, of: Theme.Variant.allCases)
            case "inherits": inherits = try reader.scalar(node)
            case "palette":
                for (color, value) in try reader.mapping(node) { palette[color.text] = try reader.color(value) }
            case "roles":
                for (role, value) in try reader.mapping(node) {
                    roles[try reader.choice(role.node, of: Role.allCases)] = try reader.look(value)
                }
            case "signs":
                for (sign, value) in try reader.mapping(node) {
                    guard Signs.names[sign.text] != nil else {
                        throw reader.error(
                            sign.node,
                            "unknown sign '\(sign.text)': \(Signs.names.keys.sorted().joined(separator: ", "))"
                        )
                    }
                    let shown = try reader.scalar(value)
                    guard Glyphs.columns(of: shown) == 1 else {
                        throw reader.error(value, "'\(shown)' does not take exactly one column")
                    }
                    signs[sign.text] = shown
                }
            default:
                throw reader.error(
                    key.node, "unknown key '\(key.text)': name, variant, inherits, palette, roles, signs")
            }
        }
        guard !name.isEmpty else { throw ThemeError(file: file, line: 1, column: 1, message: "the theme has no name") }
    }

    /// This file's words over those of the file that it inherits from.
    func merged(over parent: ThemeFile) -> ThemeFile {
        var merged = self
        merged.variant = variant ?? parent.variant
        merged.palette = parent.palette.merging(palette) { $1 }
        merged.roles = parent.roles.merging(roles) { $1 }
        merged.signs = parent.signs.merging(signs) { $1 }
        return merged
    }

    /// Throws `ThemeError` where a role has no look, or a look names no colour.
    func theme() throws -> Theme {
        let base = roles[.background]
        let styles = try Role.allCases.map { role -> Style in
            guard let look = roles[role] else {
                throw ThemeError(file: file, line: 1, column: 1, message: "no look for the role \(role.rawValue)")
            }
            // A selection that names no foreground leaves the colours of what it is laid over.
            let foreground = role == .selection ? look.foreground : look.foreground ?? base?.foreground
            return Style(
                try color(foreground), on: try color(look.background ?? base?.background),
                look.modifiers)
        }
        var signs = Signs.unicode
        for (name, sign) in self.signs { if let path = Signs.names[name] { signs[keyPath: path] = sign } }
        return Theme(name: name, variant: variant ?? .dark, styles: styles, signs: signs)
    }

    private func color(_ name: Name?) throws -> Color {
        guard let name, name.text != "terminal" else { return .terminal }
        if let color = palette[name.text] { return color }
        if let color = ThemeReader.color(hexadecimal: name.text) { return color }
        throw ThemeError(
            file: name.file, line: name.line, column: name.column,
            message: "the palette has no '\(name.text)': \(palette.keys.sorted().joined(separator: ", "))")
    }
}

extension Signs {
    /// The signs that a theme may replace.
    static var names: [String: WritableKeyPath<Signs, String>] {
        [
            "ok": \.ok, "running": \.running, "queued": \.queued, "waiting": \.waiting, "retrying": \.retrying,
            "failed": \.failed, "timedout": \.timedOut, "cancelled": \.cancelled, "skipped": \.skipped,
            "paused": \.paused, "stale": \.stale, "arrow": \.arrow, "bullet": \.bullet, "hollow": \.hollow,
        ]
    }
}

/// What is wrong with a theme's file, and where.
package struct ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int
    package var message: String
    package var description: String { "\(file):\(line):\(column): \(message)" }
}
