import Testing

/// A text that is hostile to terminals, shown in test reports with its controls escaped and its length bounded.
package struct Escaped: Hashable, Sendable, CustomTestStringConvertible {
    package let text: String
    package init(_ text: String) { self.text = text }
    package var testDescription: String {
        text.unicodeScalars.prefix(40).map { $0.escaped(asASCII: true) }.joined()
    }
}
