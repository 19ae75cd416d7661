/// UTF-8 as the Unicode Standard's table 3-7 has it: no overlong forms, no surrogates, nothing past U+10FFFF.
enum UTF8Text {
    /// The length of the well-formed sequence that begins with this byte beyond ASCII; nil when it is none.
    static func sequenceLength(_ at: Bytes, _ end: Bytes) -> Int? {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch at[0] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard end - at >= length, second.contains(at[1]) else { return nil }
        for offset in 2..<max(2, length) where at[offset] & 0xC0 != 0x80 { return nil }
        return length
    }

    @inline(__always)
    static func isValid(_ start: Bytes, _ end: Bytes) -> Bool {
        var at = start
        while at < end {
            if end - at >= 8, UnsafeRawPointer(at).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
                at += 8
            } else if at.pointee < 0x80 {
                at += 1
            } else {
                guard let length = sequenceLength(at, end) else { return false }
                at += length
            }
        }
        return true
    }
}
