import Glibc

/// How a line of comma-separated values is laid out.
package struct CSVShape: Sendable, Hashable, Codable {
    /// The fields of each line, by name and in order.
    package var names: [String]
    /// By name, the types that are not left to what the values look like.
    package var kinds: [String: ScanColumn.Kind]
    /// One ASCII character, neither a quote nor the end of a line.
    package var delimiter: UInt8

    package init(names: [String], kinds: [String: ScanColumn.Kind] = [:], delimiter: UInt8 = UInt8(ascii: ",")) {
        self.names = names
        self.kinds = kinds
        self.delimiter = delimiter
    }
}

/// Reads one line of comma-separated values by RFC 4180, without line ends inside quotes.
///
/// An empty field is NULL, a quoted one is text always. Others are numbers by JSON's grammar (so `007` and `+1` are
/// text, and so is an integer beyond 64 bits), `true` and `false`, or text.
enum CSVLine {
    private static let quote = UInt8(ascii: "\"")

    /// Fills `fields`, which has room for `count` values; nil: the line is good.
    static func read(
        _ start: Bytes, _ end: Bytes, delimiter: UInt8, count: Int, into fields: UnsafeMutablePointer<FieldValue>
    ) -> Rejection? {
        guard UTF8Text.isValid(start, end) else { return .utf8 }
        var at = start
        var number = 0
        while true {
            let value: FieldValue
            if at < end, at.pointee == quote {
                guard let quoted = quoted(&at, end) else { return .openQuote }
                guard at == end || at.pointee == delimiter else { return .strayQuote }
                value = quoted
            } else {
                let stop = find(delimiter, at, end) ?? end
                guard find(quote, at, stop) == nil else { return .strayQuote }
                value = bare(at, stop)
                at = stop
            }
            if number < count { (fields + number).initialize(to: value) }
            number += 1
            guard at < end else { break }
            at += 1
        }
        return number == count ? nil : .fieldCount(wanted: count)
    }

    /// From the opening quote to after the closing one.
    private static func quoted(_ at: inout Bytes, _ end: Bytes) -> FieldValue? {
        let start = at + 1
        var doubled = false
        at = start
        while let found = find(quote, at, end) {
            at = found + 1
            guard at < end, at.pointee == quote else {
                return FieldValue(start: start, count: found - start, kind: doubled ? .doubled : .string)
            }
            doubled = true
            at += 1
        }
        return nil
    }

    /// Whether the fields are the columns' own names: the first line of many a file.
    @inline(__always)
    static func isHeader(_ fields: UnsafeMutablePointer<FieldValue>, _ names: [[UInt8]]) -> Bool {
        for (number, name) in names.enumerated() {
            let field = fields[number]
            guard field.count == name.count, memcmp(field.start, name, name.count) == 0 else { return false }
        }
        return true
    }

    /// Text without quotes, by what it looks like.
    @inline(__always)
    static func bare(_ start: Bytes, _ end: Bytes) -> FieldValue {
        var value = FieldValue(start: start, count: end - start, kind: .string)
        guard start < end else {
            value.kind = .null
            return value
        }
        switch start.pointee {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "t"), UInt8(ascii: "f"): break
        default: return value
        }
        var at = start
        var kind = FieldValue.Kind.string
        guard JSONToken.skipScalar(&at, end, &kind) == nil, at == end else { return value }
        if kind == .integer, value.count > 18, NumberText.integer(start, value.count) == nil { return value }
        value.kind = kind
        return value
    }

    /// Writes quoted text with each doubled quote made one; returns its length, which is less than `count`.
    static func undouble(_ start: Bytes, _ count: Int, into target: UnsafeMutablePointer<UInt8>) -> Int {
        var (read, written) = (0, 0)
        while read < count {
            target[written] = start[read]
            written += 1
            read += start[read] == quote ? 2 : 1
        }
        return written
    }

    @inline(__always)
    private static func find(_ byte: UInt8, _ at: Bytes, _ end: Bytes) -> Bytes? {
        memchr(at, Int32(byte), end - at).map { Bytes($0.assumingMemoryBound(to: UInt8.self)) }
    }
}
