import Terminal
import TestSupport
import Testing

struct InputDecoderTests {
    /// What a terminal sends, and what it means.
    struct Sequence: CustomTestStringConvertible {
        let bytes: String
        let expected: [Input]
        init(_ bytes: String, _ expected: [Input]) {
            self.bytes = bytes
            self.expected = expected
        }
        var testDescription: String { Escaped(bytes).testDescription }
    }

    private static func decode(_ bytes: String) -> [Input] {
        var decoder = InputDecoder()
        return decoder.feed(Array(bytes.utf8), at: 0) + decoder.expire(at: 10_000)
    }

    static let table: [Sequence] = [
        Sequence("a", [.key(Key("a"))]),
        Sequence("é日😀", [.key(Key("é")), .key(Key("日")), .key(Key("😀"))]),
        Sequence("\r\n", [.key(Key(.enter)), .key(Key(.enter))]),
        Sequence("\t", [.key(Key(.tab))]),
        Sequence("\u{7F}\u{08}", [.key(Key(.backspace)), .key(Key(.backspace))]),
        Sequence(
            "\u{00}\u{03}\u{1A}\u{1C}",
            [.key(.control(" ")), .key(.control("c")), .key(.control("z")), .key(.control("\\"))]
        ),
        Sequence("\u{1B}", [.key(Key(.escape))]),
        Sequence("\u{1B}\u{1B}", [.key(Key(.escape)), .key(Key(.escape))]),
        Sequence("\u{1B}x", [.key(Key("x", .alt))]),
        Sequence("\u{1B}é", [.key(Key("é", .alt))]),
        Sequence(
            "\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", [.key(Key(.up)), .key(Key(.down)), .key(Key(.right)), .key(Key(.left))]),
        Sequence("\u{1B}OA\u{1B}OP\u{1B}OM", [.key(Key(.up)), .key(Key(.function(1))), .key(Key(.enter))]),
        Sequence(
            "\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~",
            [.key(Key(.home)), .key(Key(.end)), .key(Key(.home)), .key(Key(.end))]),
        Sequence(
            "\u{1B}[5~\u{1B}[6~\u{1B}[2~\u{1B}[3~",
            [
                .key(Key(.pageUp)), .key(Key(.pageDown)), .key(Key(.insert)), .key(Key(.delete)),
            ]
        ),
        Sequence(
            "\u{1B}[15~\u{1B}[17~\u{1B}[24~\u{1B}[[C",
            [
                .key(Key(.function(5))), .key(Key(.function(6))), .key(Key(.function(12))), .key(Key(.function(3))),
            ]
        ),
        Sequence(
            "\u{1B}[1;5A\u{1B}[3;2~\u{1B}[Z",
            [
                .key(Key(.up, .control)), .key(Key(.delete, .shift)), .key(Key(.tab, .shift)),
            ]
        ),
        Sequence("\u{1B}[27;5;13~\u{1B}[97;3u", [.key(Key(.enter, .control)), .key(Key("a", .alt))]),
        Sequence(
            "\u{1B}[<0;5;4M\u{1B}[<0;5;4m",
            [
                .mouse(Mouse(.press, button: 0, x: 4, y: 3)), .mouse(Mouse(.release, button: 0, x: 4, y: 3)),
            ]
        ),
        Sequence(
            "\u{1B}[<64;1;1M\u{1B}[<65;1;1M\u{1B}[<34;9;9M",
            [
                .mouse(Mouse(.wheelUp, button: 0, x: 0, y: 0)), .mouse(Mouse(.wheelDown, button: 0, x: 0, y: 0)),
                .mouse(Mouse(.drag, button: 2, x: 8, y: 8)),
            ]
        ),
        Sequence("\u{1B}[I\u{1B}[O", [.focus(true), .focus(false)]),
        Sequence("\u{1B}[?2026;2$y\u{1B}[?2026;0$y", [.mode(2026, supported: true), .mode(2026, supported: false)]),
        Sequence("\u{1B}[200~rx:q\r\u{1B}[A\u{1B}[201~r", [.paste("rx:q\r\u{1B}[A"), .key(Key("r"))]),
        // What it does not know is skipped whole: no letter of it becomes a command.
        Sequence("\u{1B}]0;title r\u{07}a", [.key(Key("a"))]),
        Sequence("\u{1B}P1$r0m\u{1B}\\a", [.key(Key("a"))]),
        Sequence("\u{1B}_rrr\u{1B}\\\u{1B}^rrr\u{1B}\\a", [.key(Key("a"))]),
        Sequence("\u{1B}[?64;1;2c\u{1B}[>0;276;0c\u{1B}[99~a", [.key(Key("a"))]),
        Sequence("\u{1B}[\(String(repeating: "1;", count: 400))Aa", [.key(Key("a"))]),
        Sequence("\u{1B}[99999999999999999999~a", [.key(Key("a"))]),
        Sequence("\u{1B}[12\u{18}a", [.key(Key("a"))]),
        Sequence("\u{1B}[1\u{1B}[A", [.key(Key(.up))]),
    ]

    @Test(arguments: table) func `sequences are read as what they mean`(_ sequence: Sequence) {
        #expect(Self.decode(sequence.bytes) == sequence.expected)
    }

    @Test(arguments: table) func `a sequence may arrive in any pieces`(_ sequence: Sequence) {
        let all = Array(sequence.bytes.utf8)
        for cut in 0...all.count {
            var decoder = InputDecoder()
            // The second piece comes late, but not so late that an ESC at the cut would be a key.
            let inputs =
                decoder.feed(all[..<cut], at: 0) + decoder.feed(all[cut...], at: 24) + decoder.expire(at: 10_000)
            #expect(inputs == sequence.expected, "cut after \(cut) bytes")
        }
    }

    @Test func `an escape alone is a key after 25 milliseconds and not before`() {
        var decoder = InputDecoder()
        #expect(decoder.feed([0x1B], at: 100) == [])
        #expect(decoder.deadline == 125)
        #expect(decoder.expire(at: 124) == [])
        #expect(decoder.expire(at: 125) == [.key(Key(.escape))])
        #expect(decoder.deadline == nil)
        // What comes later is no longer part of it.
        #expect(decoder.feed(Array("[A".utf8), at: 130) == [.key(Key("[")), .key(Key("A"))])
    }

    @Test func `a begun sequence is waited for, because its rest would be commands`() {
        var decoder = InputDecoder()
        #expect(decoder.feed(Array("\u{1B}[<0;1".utf8), at: 0) == [])
        #expect(decoder.expire(at: 60_000) == [])
        #expect(decoder.feed(Array(";1M".utf8), at: 60_001) == [.mouse(Mouse(.press, button: 0, x: 0, y: 0))])
    }

    @Test func `bytes that are not UTF-8 are no keys, and the next character is`() {
        let broken: [[UInt8]] = [
            [0x80], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xC2, 0x9B],
        ]
        for bytes in broken {
            var decoder = InputDecoder()
            let inputs = decoder.feed(bytes + [0x72], at: 0)
            #expect(inputs == [.key(Key("r"))], "after \(bytes)")
        }
    }

    @Test func `a paste that lost its end is given after a second of silence`() {
        var decoder = InputDecoder()
        #expect(decoder.feed(Array("\u{1B}[200~drop".utf8), at: 0) == [])
        #expect(decoder.expire(at: 999) == [])
        #expect(decoder.expire(at: 1000) == [.paste("drop")])
    }

    @Test func `a paste of any length keeps its bounds and its end`() throws {
        var decoder = InputDecoder()
        let text = "\u{1B}[200~" + String(repeating: "x", count: 3 << 20) + "\u{1B}[201~y"
        let inputs = decoder.feed(Array(text.utf8), at: 0)
        try #require(inputs.count == 2)
        guard case .paste(let pasted) = inputs[0] else {
            Issue.record("no paste but \(inputs[0])")
            return
        }
        #expect(pasted.utf8.count <= 1 << 20)
        #expect(inputs[1] == .key(Key("y")))
    }

    @Test(arguments: 0..<64) func `any bytes in any pieces give the same keys as in one piece`(seed: UInt64) {
        var random = SplitMix(state: seed)
        let alphabet: [UInt8] =
            Array("\u{1B}[]O<0;123~?$MmAuyI\u{07}\\ rx\u{18}".utf8) + [0xC3, 0xA9, 0xE2, 0xFF, 0x9B]
        let bytes = (0..<2000).map { _ in
            random.next() % 8 == 0
                ? UInt8(truncatingIfNeeded: random.next()) : alphabet[Int(random.next() % UInt64(alphabet.count))]
        }
        var whole = InputDecoder()
        let expected = whole.feed(bytes, at: 0) + whole.expire(at: 10_000)
        var pieces = InputDecoder()
        var inputs: [Input] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int(random.next() % 5) + 1)
            inputs += pieces.feed(rest.prefix(count), at: 0)
            rest = rest.dropFirst(count)
        }
        inputs += pieces.expire(at: 10_000)
        #expect(inputs == expected)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same bytes for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
