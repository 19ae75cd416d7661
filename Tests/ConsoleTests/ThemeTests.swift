import Console
import Foundation
import Terminal
import TestSupport
import Testing

struct ThemeTests {
    static let names = ["default-dark", "default-light", "high-contrast", "mono"]

    @Test func `the shipped themes are these`() {
        #expect(ThemeLibrary(folder: nil).names == Self.names)
    }

    /// WCAG 2.1, 1.4.3: text is told from its background at 4.5:1.
    @Test(arguments: names) func `text stands out from its background`(name: String) throws {
        let theme = try ThemeLibrary(folder: nil).theme(name)
        let decoration: Set<Role> = [.border, .focusedBorder, .spark, .heat0, .ganttWait, .ganttNow, .selection]
        for role in Role.allCases where !decoration.contains(role) {
            let style = theme[role]
            guard !style.foreground.isTerminal, !style.background.isTerminal else { continue }
            let ratio = Contrast.ratio(style.foreground, style.background)
            #expect(ratio >= 4.5, "\(role.rawValue) has \(ratio)")
        }
    }

    @Test(arguments: names) func `text stands out where it is selected`(name: String) throws {
        let theme = try ThemeLibrary(folder: nil).theme(name)
        let selection = theme[.selection]
        guard !selection.background.isTerminal else {
            #expect(selection.modifiers.contains(.reverse))
            return
        }
        for role in [Role.text, .dim, .ok, .running, .retrying, .failed, .queued, .waiting, .cancelled, .number] {
            let foreground = selection.foreground.isTerminal ? theme[role].foreground : selection.foreground
            let ratio = Contrast.ratio(foreground, selection.background)
            #expect(ratio >= 4.5, "\(role.rawValue) has \(ratio)")
        }
    }

    @Test(arguments: names) func `ok, failed and retrying differ for who sees no green`(name: String) throws {
        let theme = try ThemeLibrary(folder: nil).theme(name)
        let states: [Role] = [.ok, .failed, .retrying]
        for (index, first) in states.enumerated() {
            for second in states.dropFirst(index + 1) {
                let (left, right) = (theme[first], theme[second])
                if left.foreground.isTerminal {
                    #expect(left.modifiers != right.modifiers, "\(first.rawValue) and \(second.rawValue)")
                    continue
                }
                // Two colours that are 10 apart are told from each other at a glance.
                let distance = Contrast.deuteranopicDistance(left.foreground, right.foreground)
                #expect(distance >= 10, "\(first.rawValue) and \(second.rawValue) are \(distance) apart")
            }
        }
    }

    @Test func `a user's theme recolours what it inherits`() throws {
        let folder = TemporaryDirectory()
        try folder.write(
            """
            name: mine
            inherits: default-dark
            palette:
              red: { rgb: "#ff0000", ansi16: bright-red }
            signs:
              failed: "F"
            """, to: "mine.yaml")
        let library = ThemeLibrary(folder: folder.path)
        #expect(library.problems == [])
        #expect(library.names.last == "mine")
        let theme = try library.theme("mine")
        #expect(theme[.failed].foreground == Color(rgb: 0xFF0000, ansi: 9))
        #expect(theme.signs.failed == "F")
        #expect(try theme[.ok] == library.theme("default-dark")[.ok])
    }

    @Test(arguments: [
        ("name: x\nroles:\n  ui.txt: red", "x.yaml:3:3: unknown 'ui.txt'"),
        ("name: x\npalette:\n  red: \"#ff000\"", "x.yaml:3:8: '#ff000' is not a colour like \"#7aa2f7\""),
        ("name: x\nroles:\n  ui.text: crimson", "x.yaml:3:12: the palette has no 'crimson'"),
        ("name: x\nroles:\n  ui.text: { fg: red, mods: [blinking] }", "x.yaml:3:30: unknown modifier 'blinking'"),
        ("name: x\nsigns:\n  ok: \"done\"", "x.yaml:3:7: 'done' does not take exactly one column"),
        ("variant: dark", "x.yaml:1:1: the theme has no name"),
        ("name: x\ncolours: {}", "x.yaml:2:1: unknown key 'colours'"),
        ("name: x\npalette:\n  red: { rgb: \"#ff0000\", ansi16: crimson }", "x.yaml:3:34: unknown colour 'crimson'"),
    ]) func `a mistake in a theme is told with its place`(text: String, expected: String) throws {
        let folder = TemporaryDirectory()
        try folder.write(text, to: "x.yaml")
        let problem = try #require(ThemeLibrary(folder: folder.path).problems.first)
        #expect(problem.contains(expected), "\(problem)")
    }
}

enum Contrast {
    /// WCAG 2.1's relative luminance and contrast ratio.
    static func ratio(_ one: Color, _ other: Color) -> Double {
        let (light, dark) = (max(luminance(one), luminance(other)), min(luminance(one), luminance(other)))
        return (light + 0.05) / (dark + 0.05)
    }
    private static func luminance(_ color: Color) -> Double {
        let (r, g, b) = linear(color)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    private static func linear(_ color: Color) -> (Double, Double, Double) {
        func channel(_ value: Int) -> Double {
            let share = Double(value) / 255
            return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return (channel(color.red), channel(color.green), channel(color.blue))
    }

    /// The distance in CIE L*a*b* (CIE76) of two colours as a deuteranope sees them (Viénot, Brettel, Mollon 1999).
    static func deuteranopicDistance(_ one: Color, _ other: Color) -> Double {
        let (left, right) = (lab(deuteranopic(linear(one))), lab(deuteranopic(linear(other))))
        return sqrt(pow(left.0 - right.0, 2) + pow(left.1 - right.1, 2) + pow(left.2 - right.2, 2))
    }
    private static func deuteranopic(_ color: (Double, Double, Double)) -> (Double, Double, Double) {
        let (r, g, b) = color
        let mixed = 0.29275 * r + 0.70725 * g
        return (mixed, mixed, min(1, max(0, -0.02234 * r + 0.02234 * g + b)))
    }
    private static func lab(_ color: (Double, Double, Double)) -> (Double, Double, Double) {
        let (r, g, b) = color
        func curve(_ value: Double) -> Double { value > 0.008856 ? cbrt(value) : 7.787 * value + 16.0 / 116 }
        let x = curve((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
        let y = curve(0.2126 * r + 0.7152 * g + 0.0722 * b)
        let z = curve((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
        return (116 * y - 16, 500 * (x - y), 200 * (y - z))
    }
}
