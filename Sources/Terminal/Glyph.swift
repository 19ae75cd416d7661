/// What one cell shows: a character with up to two combining marks, one or two columns wide. It is never a control
/// character or anything else that a terminal would obey: `Glyphs` is the only way from text to glyphs.
package struct Glyph: Hashable, Sendable {
    package let base: UInt32
    package private(set) var firstMark: UInt32 = 0
    package private(set) var secondMark: UInt32 = 0
    package let width: UInt8

    init(base: Unicode.Scalar, width: UInt8) {
        self.base = base.value
        self.width = width
    }
    private init(base: UInt32, width: UInt8) {
        self.base = base
        self.width = width
    }

    package static let space = Glyph(base: " ", width: 1)
    /// The second column of a wide glyph to its left.
    package static let continuation = Glyph(base: 0, width: 0)

    /// Adds a combining mark; a third one and more are dropped, so that no cell grows without bound.
    mutating func combine(_ mark: Unicode.Scalar) {
        if firstMark == 0 {
            firstMark = mark.value
        } else if secondMark == 0 {
            secondMark = mark.value
        }
    }

    package var isASCII: Bool { base < 0x80 }

    package var text: String {
        var text = String.UnicodeScalarView()
        for value in [base, firstMark, secondMark] where value != 0 {
            if let scalar = Unicode.Scalar(value) { text.append(scalar) }
        }
        return String(text)
    }
}

/// The glyphs of a text that nobody vouches for: the door that every text passes on its way to a cell.
///
/// Controls become the pictures that Unicode has for them (`␛`, `␊`), what would turn the direction of text or can't
/// be shown becomes `�`, and what only modifies its neighbour's look (joiners, variation selectors, skin tones) is
/// dropped, since terminals disagree about its width.
package struct Glyphs: Sequence, IteratorProtocol {
    private var scalars: String.UnicodeScalarView.Iterator
    private var pending: Glyph?

    package init(_ text: String) {
        scalars = text.unicodeScalars.makeIterator()
    }

    package mutating func next() -> Glyph? {
        while let scalar = scalars.next() {
            switch Reading(scalar) {
            case .dropped:
                continue
            case .mark:
                if pending != nil {
                    pending?.combine(scalar)
                } else {
                    // A mark without a base sits on a dotted circle.
                    var lone = Glyph(base: "\u{25CC}", width: 1)
                    lone.combine(scalar)
                    pending = lone
                }
            case .shown(let shown, let width):
                let glyph = Glyph(base: shown, width: width)
                if let finished = pending {
                    pending = glyph
                    return finished
                }
                pending = glyph
            }
        }
        defer { pending = nil }
        return pending
    }

    /// The columns that a text takes on the screen.
    package static func columns(of text: String) -> Int {
        var total = 0
        for glyph in Glyphs(text) { total += Int(glyph.width) }
        return total
    }

    private enum Reading {
        case shown(Unicode.Scalar, width: UInt8)
        case mark
        case dropped

        init(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x20...0x7E: self = .shown(scalar, width: 1)
            case 0...0x1F: self = .shown(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}", width: 1)
            case 0x7F: self = .shown("\u{2421}", width: 1)
            case 0x80...0x9F: self = .shown("\u{FFFD}", width: 1)
            case 0xAD, 0x200B...0x200D, 0x2060, 0xFEFF: self = .dropped
            case 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0x180B...0x180F, 0x1F3FB...0x1F3FF: self = .dropped
            case 0x2028, 0x2029: self = .shown("\u{2424}", width: 1)
            // The vowels and finals of decomposed Hangul, which terminals combine with the wide letter before them.
            case 0x1160...0x11FF, 0xD7B0...0xD7FB: self = .mark
            case 0xA0...0x2FF: self = .shown(scalar, width: 1)
            default: self = Self.uncommon(scalar)
            }
        }

        private static func uncommon(_ scalar: Unicode.Scalar) -> Reading {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: .mark
            case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator:
                .shown("\u{FFFD}", width: 1)
            default: .shown(scalar, width: WideCharacters.contains(scalar) ? 2 : 1)
            }
        }
    }
}
