/// A colour as a theme gives it: 24 bits of red, green and blue, and the nearest of the sixteen names that any
/// colour terminal has. `terminal` is whatever the user's terminal draws by itself.
package struct Color: Hashable, Sendable {
    private let bits: UInt32

    package static let terminal = Color(bits: 0xFF00_0000)

    private init(bits: UInt32) { self.bits = bits }

    /// `rgb` is 0xRRGGBB; `ansi` is 0…15.
    package init(rgb: UInt32, ansi: UInt8) { bits = UInt32(ansi & 15) << 24 | rgb & 0xFF_FFFF }

    package var isTerminal: Bool { bits >> 24 == 0xFF }
    package var rgb: UInt32 { bits & 0xFF_FFFF }
    package var ansi: UInt8 { UInt8(bits >> 24 & 15) }
    package var red: Int { Int(rgb >> 16) }
    package var green: Int { Int(rgb >> 8 & 0xFF) }
    package var blue: Int { Int(rgb & 0xFF) }

    /// The colour's number on a terminal of this tier; -1 is the terminal's own.
    package func index(in tier: ColorTier) -> Int32 {
        guard !isTerminal else { return -1 }
        switch tier {
        case .mono: return -1
        // The grey among the bright ones would fall together with black.
        case .eight: return ansi == 8 ? 7 : Int32(ansi & 7)
        case .sixteen: return Int32(ansi)
        case .many: return Self.nearest(red: red, green: green, blue: blue)
        }
    }

    /// The nearest of xterm's 6×6×6 cube (16…231) and its 24 greys (232…255), by squared distance.
    static func nearest(red: Int, green: Int, blue: Int) -> Int32 {
        let levels = [0, 95, 135, 175, 215, 255]
        func step(_ value: Int) -> Int { value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
        func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
            (r - red) * (r - red) + (g - green) * (g - green) + (b - blue) * (b - blue)
        }
        let (r, g, b) = (step(red), step(green), step(blue))
        let grey = min(23, max(0, ((red + green + blue) / 3 - 3) / 10))
        let greyLevel = 8 + 10 * grey
        if distance(greyLevel, greyLevel, greyLevel) < distance(levels[r], levels[g], levels[b]) {
            return Int32(232 + grey)
        }
        return Int32(16 + 36 * r + 6 * g + b)
    }
}

/// How many colours a terminal is given.
package enum ColorTier: Sendable, Hashable, CaseIterable {
    /// None: bold, reverse and underline carry the meaning.
    case mono
    /// The basic ones, without their bright twins.
    case eight
    case sixteen
    /// xterm's 256.
    case many
}

package struct Modifiers: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let bold = Modifiers(rawValue: 1)
    package static let dim = Modifiers(rawValue: 2)
    package static let italic = Modifiers(rawValue: 4)
    package static let underline = Modifiers(rawValue: 8)
    package static let reverse = Modifiers(rawValue: 16)
}

/// How a cell looks.
package struct Style: Hashable, Sendable {
    package var foreground: Color
    package var background: Color
    package var modifiers: Modifiers

    package init(_ foreground: Color = .terminal, on background: Color = .terminal, _ modifiers: Modifiers = []) {
        self.foreground = foreground
        self.background = background
        self.modifiers = modifiers
    }

    package static let plain = Style()
}
