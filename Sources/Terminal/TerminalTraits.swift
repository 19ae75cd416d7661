/// What a terminal can show, decided from its environment and from what curses knows of it.
package struct TerminalTraits: Hashable, Sendable {
    package var tier: ColorTier
    /// Only ASCII may be sent.
    package var ascii: Bool
    /// It may be asked which private modes it has; the oldest ones would show the question.
    package var answers: Bool

    package init(tier: ColorTier, ascii: Bool, answers: Bool) {
        self.tier = tier
        self.ascii = ascii
        self.answers = answers
    }

    /// `colors` is curses' count. `NO_COLOR` (no-color.org), when set and not empty, asks for none.
    package init(environment: [String: String], colors: Int, localeIsUTF8: Bool) {
        let term = environment["TERM"] ?? ""
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        tier = refused || colors < 8 ? .mono : colors >= 256 ? .many : colors >= 16 ? .sixteen : .eight
        ascii = !localeIsUTF8
        answers = !(term == "linux" || term == "dumb" || term.hasPrefix("vt"))
    }
}
