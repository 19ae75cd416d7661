package import Terminal

/// How every role looks, and which signs states have.
package struct Theme: Sendable, Hashable {
    package enum Variant: String, Sendable, Hashable, CaseIterable { case dark, light }

    package let name: String
    package let variant: Variant
    private let styles: [Style]
    package var signs: Signs

    init(name: String, variant: Variant, styles: [Style], signs: Signs) {
        precondition(styles.count == Role.allCases.count, "a theme has a style for every role")
        self.name = name
        self.variant = variant
        self.styles = styles
        self.signs = signs
    }

    package subscript(role: Role) -> Style { styles[role.index] }

    /// The same theme for a terminal that shows only ASCII.
    package func inASCII() -> Theme {
        var theme = self
        theme.signs = .ascii
        return theme
    }
}

/// The signs that stand for states and draw lines; each takes one column.
package struct Signs: Sendable, Hashable {
    package var ok = "✓"
    package var running = "▶"
    package var queued = "◌"
    package var waiting = "○"
    package var retrying = "↻"
    package var failed = "✗"
    package var timedOut = "⧖"
    package var cancelled = "⊘"
    package var skipped = "–"
    package var paused = "‖"
    package var stale = "!"
    package var arrow = "▸"
    package var bullet = "●"
    package var hollow = "○"
    package var dot = "·"
    /// A value that there is not.
    package var none = "–"
    package var bar = "█"
    package var barRest = "░"
    package var mark = "▌"
    /// From nothing to everything.
    package var ramp = Array(" ▁▂▃▄▅▆▇█").map(String.init)
    package var lines = Lines()

    /// The pieces of frames and graphs.
    package struct Lines: Sendable, Hashable {
        package var horizontal = "─"
        package var vertical = "│"
        package var corners = ["┌", "┐", "└", "┘"]
        package var heavyHorizontal = "━"
        package var heavyVertical = "┃"
        package var heavyCorners = ["┏", "┓", "┗", "┛"]
        package var branch = "├"
        package var last = "└"
        package var join = "┴"
        package var cross = "┼"
    }

    package static let unicode = Signs()
    package static let ascii = Signs(
        ok: "+", running: ">", queued: ".", waiting: "o", retrying: "@", failed: "X", timedOut: "T", cancelled: "/",
        skipped: "-", paused: "=", stale: "!", arrow: ">", bullet: "*", hollow: "o", dot: ".", none: "-", bar: "#",
        barRest: "-", mark: ">", ramp: [" ", ".", ".", ":", "-", "=", "+", "*", "#"],
        lines: Lines(
            horizontal: "-", vertical: "|", corners: ["+", "+", "+", "+"], heavyHorizontal: "=", heavyVertical: "|",
            heavyCorners: ["+", "+", "+", "+"], branch: "+", last: "`", join: "+", cross: "+"))
}
