/// The name of a table in the lake, as `raw.access_log`: one or two parts of letters, digits and underscores,
/// each beginning with a letter. A value of this type is always valid.
package struct TableName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let schema: String?
    package let table: String

    /// Throws `NameError` when the text is not such a name.
    package init(_ text: String) throws(NameError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy(Identifier.isValid) else {
            throw NameError(text: text, expected: "a table name like raw.access_log")
        }
        schema = parts.count == 2 ? parts[0] : nil
        table = parts[parts.count - 1]
    }

    package var description: String { schema.map { "\($0).\(table)" } ?? table }

    /// Its folder below the lake's root: `raw/access_log`.
    package var path: String { schema.map { "\($0)/\(table)" } ?? table }

    package static func < (left: TableName, right: TableName) -> Bool { left.description < right.description }
}

/// A name that breaks its rule.
package struct NameError: Error, Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package let expected: String
    package var description: String { "'\(text)' is not \(expected)" }
}

/// The rule that names of streams, workflows, steps, extracts, crawlers and columns keep: a letter or underscore,
/// then letters, digits, underscores or (not in tables and columns) hyphens, 100 at most.
package enum Identifier {
    package static func isValid(_ text: String) -> Bool { isValid(text, hyphens: false) }

    package static func isValid(_ text: String, hyphens: Bool) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 100 else { return false }
        guard first == UInt8(ascii: "_") || isLetter(first) else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
                || (hyphens && $0 == UInt8(ascii: "-"))
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension TableName: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(try decoder.singleValueContainer().decode(String.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension TableName: CodingKeyRepresentable {
    package var codingKey: any CodingKey { TableKey(stringValue: description) }
    package init?<Key: CodingKey>(codingKey: Key) {
        try? self.init(codingKey.stringValue)
    }

    private struct TableKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
