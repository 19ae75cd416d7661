/// The names that log rotation gives: `access.log.1`, `access.log-20261125`, `access-20261125.log` (logrotate's
/// `extension`), each with `.gz` or not.
enum RotatedName {
    static func isRotation(_ name: some StringProtocol, of original: some StringProtocol) -> Bool {
        originals(of: name).contains(String(original))
    }

    /// What a file may have been called before it got this name; nothing when the name has no number or date.
    static func originals(of name: some StringProtocol) -> [String] {
        let plain = name.hasSuffix(".gz") ? Substring(name.dropLast(3)) : Substring(name)
        var found = beforeMark(plain).map { String($0) }
        if let dot = plain.lastIndex(of: ".") {
            found += beforeMark(plain[..<dot]).map { String($0 + plain[dot...]) }
        }
        // Compressed without having been renamed.
        if plain.count < name.count { found.append(String(plain)) }
        return found
    }

    /// The beginnings of a text that is followed to its end by a mark: a dot, a dash or an underscore, then a number or a
    /// date.
    private static func beforeMark(_ text: Substring) -> [Substring] {
        var found: [Substring] = []
        var at = text.endIndex
        var previous: Character?
        while at > text.startIndex {
            at = text.index(before: at)
            let character = text[at]
            guard character.isASCII, character.isNumber || "._-T:".contains(character) else { break }
            if "._-".contains(character), previous?.isNumber == true, at > text.startIndex { found.append(text[..<at]) }
            previous = character
        }
        return found
    }
}
