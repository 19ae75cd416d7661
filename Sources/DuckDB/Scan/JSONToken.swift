/// The tokens of JSON, skipped with all their rules checked.
enum JSONToken {
    @inline(__always)
    static func skipSpace(_ at: inout Bytes, _ end: Bytes) {
        while at < end, at.pointee <= 0x20,
            at.pointee == 0x20 || at.pointee == 0x09 || at.pointee == 0x0D || at.pointee == 0x0A
        { at += 1 }
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// From after the opening quote to after the closing one. Most bytes need no look: eight at a time, a word is
    /// searched for a quote, a backslash, a control character or a byte beyond ASCII (the usual exact test for the
    /// lowest such byte, from "Bit Twiddling Hacks").
    @inline(__always)
    static func skipString(_ at: inout Bytes, _ end: Bytes, _ escaped: inout Bool) -> Rejection? {
        while true {
            if end - at >= 8 {
                let word = UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
                let quote = word ^ (ones &* 0x22)
                let slash = word ^ (ones &* 0x5C)
                let special =
                    ((word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (slash &- ones) & ~slash | word)
                    & highs
                if special == 0 {
                    at += 8
                    continue
                }
                at += special.trailingZeroBitCount >> 3
            }
            guard at < end else { return .cutShort }
            let byte = at.pointee
            if byte == UInt8(ascii: "\"") {
                at += 1
                return nil
            }
            if byte == UInt8(ascii: "\\") {
                escaped = true
                if let problem = skipEscape(&at, end) { return problem }
            } else if byte >= 0x80 {
                guard let length = UTF8Text.sequenceLength(at, end) else { return .utf8 }
                at += length
            } else if byte < 0x20 {
                return .malformed
            } else {
                at += 1
            }
        }
    }

    private static func skipEscape(_ at: inout Bytes, _ end: Bytes) -> Rejection? {
        guard end - at >= 2 else { return .cutShort }
        switch at[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            guard end - at >= 6 else { return .cutShort }
            guard JSONString.hexadecimal(at + 2) != nil else { return .malformed }
            at += 6
        default: return .malformed
        }
        return nil
    }

    /// A number, `true`, `false` or `null`.
    @inline(__always)
    static func skipScalar(_ at: inout Bytes, _ end: Bytes, _ kind: inout FieldValue.Kind) -> Rejection? {
        switch at.pointee {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return skipNumber(&at, end, &kind)
        case UInt8(ascii: "t"):
            kind = .isTrue
            return skipWord("true", &at, end)
        case UInt8(ascii: "f"):
            kind = .isFalse
            return skipWord("false", &at, end)
        case UInt8(ascii: "n"):
            kind = .null
            return skipWord("null", &at, end)
        default: return .malformed
        }
    }

    @inline(__always)
    private static func skipWord(_ word: StaticString, _ at: inout Bytes, _ end: Bytes) -> Rejection? {
        for offset in 0..<word.utf8CodeUnitCount {
            guard at < end else { return .cutShort }
            guard at.pointee == word.utf8Start[offset] else { return .malformed }
            at += 1
        }
        return nil
    }

    @inline(__always)
    private static func skipNumber(_ at: inout Bytes, _ end: Bytes, _ kind: inout FieldValue.Kind) -> Rejection? {
        kind = .integer
        if at.pointee == UInt8(ascii: "-") { at += 1 }
        guard at < end else { return .cutShort }
        if at.pointee == UInt8(ascii: "0") {
            at += 1
        } else if let problem = skipDigits(&at, end) {
            return problem
        }
        if at < end, at.pointee == UInt8(ascii: ".") {
            kind = .real
            at += 1
            if let problem = skipDigits(&at, end) { return problem }
        }
        if at < end, at.pointee | 0x20 == UInt8(ascii: "e") {
            kind = .real
            at += 1
            if at < end, at.pointee == UInt8(ascii: "+") || at.pointee == UInt8(ascii: "-") { at += 1 }
            if let problem = skipDigits(&at, end) { return problem }
        }
        return nil
    }

    @inline(__always)
    private static func skipDigits(_ at: inout Bytes, _ end: Bytes) -> Rejection? {
        let start = at
        while at < end, at.pointee &- 48 <= 9 { at += 1 }
        return at > start ? nil : at == end ? .cutShort : .malformed
    }
}
