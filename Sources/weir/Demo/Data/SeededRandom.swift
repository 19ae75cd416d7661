/// A small, fast source of chance that gives the same numbers for the same seed on every machine: xoroshiro128+,
/// seeded through SplitMix64 (Blackman and Vigna).
struct SeededRandom {
    private var first: UInt64
    private var second: UInt64

    init(seed: UInt64) {
        var state = seed
        first = Self.splitMix(&state)
        second = Self.splitMix(&state)
    }

    /// A source for one part of a whole, independent of how much the other parts have drawn.
    init(seed: UInt64, part: Int) {
        self.init(seed: seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(bitPattern: Int64(part)))
    }

    mutating func next() -> UInt64 {
        let result = first &+ second
        let mixed = second ^ first
        first = (first << 24 | first >> 40) ^ mixed ^ (mixed << 16)
        second = mixed << 37 | mixed >> 27
        return result
    }

    /// 0 ..< count.
    mutating func below(_ count: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
    }

    /// 0 ..< 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True once in `count` times on average.
    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    private static func splitMix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
