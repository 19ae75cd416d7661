/// The text of a JSON string that holds escapes.
enum JSONString {
    /// Decodes into `out`, which has room for `count` bytes: no escape is shorter than what it stands for. Returns
    /// how many bytes there are. The string was checked before. A surrogate without its other half, as left by
    /// whoever cut a text in two, becomes U+FFFD, as Unicode recommends.
    static func unescape(_ start: Bytes, _ count: Int, into out: UnsafeMutablePointer<UInt8>) -> Int {
        var (at, written) = (0, 0)
        while at < count {
            guard start[at] == UInt8(ascii: "\\") else {
                out[written] = start[at]
                (at, written) = (at + 1, written + 1)
                continue
            }
            let byte = start[at + 1]
            if byte == UInt8(ascii: "u") {
                written += encode(scalar(start, &at, count), into: out + written)
            } else {
                out[written] = plain(byte)
                (at, written) = (at + 2, written + 1)
            }
        }
        return written
    }

    private static func plain(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: byte
        }
    }

    /// The scalar of one `\uXXXX`, or of a pair of them.
    private static func scalar(_ start: Bytes, _ at: inout Int, _ count: Int) -> UInt32 {
        let first = hexadecimal(start + at + 2) ?? 0xFFFD
        at += 6
        guard (0xD800..<0xE000).contains(first) else { return first }
        guard first < 0xDC00, at + 6 <= count, start[at] == UInt8(ascii: "\\"), start[at + 1] == UInt8(ascii: "u"),
            let second = hexadecimal(start + at + 2), (0xDC00..<0xE000).contains(second)
        else { return 0xFFFD }
        at += 6
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
    }

    private static func encode(_ scalar: UInt32, into out: UnsafeMutablePointer<UInt8>) -> Int {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift) & 0x3F) }
        switch scalar {
        case ..<0x80:
            out[0] = UInt8(scalar)
            return 1
        case ..<0x800:
            (out[0], out[1]) = (UInt8(0xC0 | scalar >> 6), tail(0))
            return 2
        case ..<0x10000:
            (out[0], out[1], out[2]) = (UInt8(0xE0 | scalar >> 12), tail(6), tail(0))
            return 3
        default:
            (out[0], out[1], out[2], out[3]) = (UInt8(0xF0 | scalar >> 18), tail(12), tail(6), tail(0))
            return 4
        }
    }

    /// Four digits.
    static func hexadecimal(_ at: Bytes) -> UInt32? {
        var total: UInt32 = 0
        for offset in 0..<4 {
            let byte = at[offset]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - 48
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - 87
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - 55
            default: return nil
            }
            total = total << 4 | UInt32(digit)
        }
        return total
    }
}
