/// Numbers from their digits.
enum NumberText {
    /// Digits after an optional minus; nil when there are none, when something else is among them, or beyond 64 bits.
    @inline(__always)
    static func integer(_ start: Bytes, _ count: Int) -> Int64? {
        var index = 0
        let negative = count > 0 && start[0] == UInt8(ascii: "-")
        if negative { index = 1 }
        guard index < count else { return nil }
        if count - index > 18 { return longInteger(start, count) }
        var total: Int64 = 0
        while index < count {
            let digit = start[index] &- 48
            guard digit <= 9 else { return nil }
            total = total &* 10 &+ Int64(digit)
            index += 1
        }
        return negative ? -total : total
    }

    private static func longInteger(_ start: Bytes, _ count: Int) -> Int64? {
        Int64(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// A number of JSON's grammar, checked before. Up to 15 digits without an exponent are exact by one division;
    /// others are left to the library.
    static func real(_ start: Bytes, _ count: Int) -> Double {
        var index = 0
        let negative = start[0] == UInt8(ascii: "-")
        if negative { index = 1 }
        var (total, digits, fraction, isFraction): (Int64, Int, Int, Bool) = (0, 0, 0, false)
        while index < count {
            let byte = start[index]
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else {
                guard byte &- 48 <= 9, digits < 15 else { return longReal(start, count) }
                total = total &* 10 &+ Int64(byte &- 48)
                digits += 1
                if isFraction { fraction += 1 }
            }
            index += 1
        }
        let value = Double(total) / powers[fraction]
        return negative ? -value : value
    }

    private static func longReal(_ start: Bytes, _ count: Int) -> Double {
        Double(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)) ?? .infinity
    }
}
