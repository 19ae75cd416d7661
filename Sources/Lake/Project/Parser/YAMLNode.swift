/// A place in a text file; both count from 1, columns in Unicode scalars.
struct Place: Sendable, Hashable, Comparable {
    var line: Int
    var column: Int

    static let start = Place(line: 1, column: 1)

    static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// A value with the place where `weir.yaml` has it.
struct Placed<Value: Sendable & Hashable>: Sendable, Hashable {
    var value: Value
    var place: Place
}

/// YAML as it was written. Scalars stay text: what they mean is decided by who reads them, so that a bare `on` is a
/// key and not, as in YAML 1.1, a boolean.
struct YAMLNode: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var key: Placed<String>
        var value: YAMLNode
    }
    enum Content: Sendable, Hashable {
        /// Nothing, `~` or `null`.
        case null
        case scalar(String, quoted: Bool)
        case list([YAMLNode])
        case mapping([Entry])
    }
    var content: Content
    var place: Place

    /// As an error names what it found; texts are quoted and shortened.
    var found: String {
        switch content {
        case .null: "nothing"
        case .scalar(let text, _): quoted(text)
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A name or value from a file, fit for a message: control characters are escaped, long texts are cut.
func quoted(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(80) {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return "'\(shown)\(text.unicodeScalars.count > 80 ? "…" : "")'"
}
