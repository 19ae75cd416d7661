import Foundation
import TestSupport
import Testing

@testable import DuckDB

@Suite struct JSONScanTests {
    @Test func `fields become columns of the types that their values have`() throws {
        let scanned = try ScannedText(
            """
            {"ts":"2026-11-21T05:06:07.5Z","id":1,"score":1.5,"ok":true,"name":"a","tags":["x",1],"more":{"k":null}}
            {"ts":"2026-11-21T05:06:08+09:00","id":-2,"score":2,"ok":false,"name":null,"tags":[]}

            """, time: "ts")
        #expect(
            scanned.columns == [
                .init(name: "ts", kind: .timestamp), .init(name: "id", kind: .bigint),
                .init(name: "score", kind: .double), .init(name: "ok", kind: .boolean),
                .init(name: "name", kind: .varchar), .init(name: "tags", kind: .varchar),
                .init(name: "more", kind: .varchar),
            ])
        #expect(
            scanned.rows == [
                ["2026-11-21 05:06:07.5", "1", "1.5", "true", "a", #"["x",1]"#, #"{"k":null}"#],
                ["2026-11-20 20:06:08", "-2", "2.0", "false", nil, "[]", nil],
            ])
        #expect(scanned.rejects.isEmpty)
    }

    @Test func `every line is a row or a reject with its reason, as it came`() throws {
        let scanned = try ScannedText(
            #"""
            {"ts":"2026-11-21T00:00:00Z","company_id":1}
            {"ts":"2026-11-21T00:00:01Z","company_id":"acme"}
            {"ts":"not-a-time","company_id":2}
            {"company_id":2}
            {"ts":"2026-11-21T00:00:02Z","company_id":3
            java.lang.NullPointerException at Feed.java:12
            {"ts":"2026-11-21T00:00:02Z","company_id":3}}
            {"ts":"2026-11-21T00:00:03Z","company_id":4}
            {"ts":"2026-11-21T00:00:03Z","company_id":12345678901234567890}
            {"ts":"2026-13-21T00:00:03Z","company_id":5}
            {}
            """#, time: "ts")
        #expect(scanned.column("company_id") == ["1", "4"])
        #expect(
            scanned.rejects == [
                "type: company_id is not BIGINT": [
                    #"{"ts":"2026-11-21T00:00:01Z","company_id":"acme"}"#,
                    #"{"ts":"2026-11-21T00:00:03Z","company_id":12345678901234567890}"#,
                ],
                "time: ts is no time": [
                    #"{"ts":"not-a-time","company_id":2}"#, #"{"ts":"2026-13-21T00:00:03Z","company_id":5}"#,
                ],
                "time: ts is missing": [#"{"company_id":2}"#],
                "syntax: the line ends early": [#"{"ts":"2026-11-21T00:00:02Z","company_id":3"#],
                "syntax: not a JSON object": ["java.lang.NullPointerException at Feed.java:12"],
                "syntax: malformed JSON": [#"{"ts":"2026-11-21T00:00:02Z","company_id":3}}"#],
                "syntax: an object without values": ["{}"],
            ])
    }

    @Test func `blank lines are no records, and carriage returns and a byte order mark are no part of one`() throws {
        let scanned = try ScannedText("\u{FEFF}{\"a\":1}\r\n\r\n   \n\t\n{\"a\":2}\r\nbad\r\n{\"a\":3}")
        #expect(scanned.column("a") == ["1", "2", "3"])
        #expect(scanned.rejects == ["syntax: not a JSON object": ["bad"]])
        let text = Array("\n{\"a\":1}\r\n\r\n  \n{\"a\":2}".utf8)
        #expect(text.withUnsafeBytes { RecordLines.count($0) } == 2)
    }

    @Test func `escapes are decoded, also of names, pairs of surrogates and a lone one`() throws {
        let scanned = try ScannedText(
            #"""
            {"t":"\"\\\/\b\f\n\r\t","\u0061b":"é\u00e9\u3042","s":"\ud83d\ude00","l":"x\ud83dy","z":"a\u0000b","c":"\ude00"}
            """#)
        #expect(
            scanned.rows == [["\"\\/\u{8}\u{c}\n\r\t", "éé\u{3042}", "\u{1F600}", "x\u{FFFD}y", "a\u{0}b", "\u{FFFD}"]])
        #expect(scanned.columns.map(\.name) == ["t", "ab", "s", "l", "z", "c"])
    }

    @Test func `of two fields with one name the last counts, and case makes no other column`() throws {
        let scanned = try ScannedText(#"{"a":1,"a":2}"# + "\n" + #"{"A":3,"b":"x"}"#)
        #expect(scanned.columns.map(\.name) == ["a", "b"])
        #expect(scanned.rows == [["2", nil], ["3", "x"]])
    }

    @Test func `a line of more than a MiB is too long`() throws {
        let longest = "{\"a\":\"" + String(repeating: "x", count: (1 << 20) - 8) + "\"}"
        let scanned = try ScannedText(longest + "\n" + "{\"a\":\"" + longest + "\"}\n{\"a\":\"y\"}\n")
        #expect(scanned.column("a")?.map { $0?.count } == [(1 << 20) - 8, 1])
        #expect(scanned.rejects["too long"]?.count == 1)
    }

    @Test func `bytes that are not UTF-8 are rejected, wherever they stand`() throws {
        let bad: [[UInt8]] = [[0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80]]
        for bytes in bad {
            for offset in 0..<9 {
                let text = Array("{\"a\":\"".utf8) + Array(repeating: 0x78, count: offset) + bytes + Array("\"}\n".utf8)
                let problem = text.withUnsafeBufferPointer { buffer -> Rejection? in
                    var line = JSONLine()
                    defer { line.deallocate() }
                    guard let start = buffer.baseAddress else { return nil }
                    return line.read(start, start + buffer.count - 1)
                }
                #expect(problem == .utf8, "\(bytes) after \(offset)")
            }
        }
    }

    @Test func `a field is a number column as long as two thirds of its values are, and text otherwise`() throws {
        let mostly = try ScannedText("{\"a\":1}\n{\"a\":2}\n{\"a\":\"x\"}\n")
        #expect(mostly.columns.first?.kind == .bigint)
        #expect(mostly.rejects["type: a is not BIGINT"] == [#"{"a":"x"}"#])
        let half = try ScannedText("{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":[1, 2]}\n{\"a\":true}\n")
        #expect(half.column("a") == ["1", "x", "[1, 2]", "true"])
    }

    @Test func `a table's types stay, but that BIGINT widens to DOUBLE`() throws {
        let table = [ScanColumn(name: "n", kind: .bigint), ScanColumn(name: "s", kind: .varchar)]
        let scanned = try ScannedText("{\"n\":1.5,\"s\":7}\n{\"n\":2,\"new\":true}\n", columns: table)
        #expect(
            scanned.columns == [
                .init(name: "n", kind: .double), .init(name: "s", kind: .varchar), .init(name: "new", kind: .boolean),
            ])
        #expect(scanned.rows == [["1.5", "7", nil], ["2.0", nil, "true"]])
    }

    @Test func `a field that is always null is no column yet, and one named as a partition key never`() throws {
        let scanned = try ScannedText(#"{"a":1,"b":null,"dt":"2020-01-01","hour":3}"#)
        #expect(scanned.columns.map(\.name) == ["a", "hour"])
        #expect(try ScannedText(#"{"a":1,"hour":3}"#, hourly: true).columns.map(\.name) == ["a"])
    }

    @Test func `no sender can make a table wider than a thousand columns`() throws {
        let lines = (0..<1100).map { "{\"k\":1,\"field\($0)\":1}" }.joined(separator: "\n")
        let scanned = try ScannedText(lines)
        #expect(scanned.columns.count == 1000)
        #expect(scanned.rows.count == 999)
        #expect(scanned.rejects["type: the table has 1000 columns already"]?.count == 101)
    }

    @Test func `several threads and blocks see each line once`() throws {
        let blocks = (0..<64).map { block in
            Array((0..<500).map { "{\"n\":\(block * 500 + $0),\"pad\":\"abcdefghijklmnop\"}\n" }.joined().utf8)
        }
        let scanned = try ScannedText(blocks, threads: 4)
        #expect(scanned.column("n")?.compactMap(\.self).compactMap(Int.init) == Array(0..<32000))
    }

    @Test func `deep nesting is refused, not followed`() throws {
        let deep = "{\"a\":" + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}"
        let fine = "{\"a\":" + String(repeating: "[", count: 256) + String(repeating: "]", count: 256) + "}"
        let scanned = try ScannedText(deep + "\n" + fine)
        #expect(scanned.rows.count == 1)
        #expect(scanned.rejects["syntax: nested more than 256 deep"]?.count == 1)
    }

    /// Mutations of a good line: what this reader takes is what Foundation's takes.
    @Test func `it agrees with another reader of JSON on mutated lines`() {
        let seed = Array(#"{"a":-1.5e+3,"b":[true,false,null,{"c":"x\n\u00e9\\"}],"d":"é","e":{},"f":0}"#.utf8)
        let alphabet = Array("{}[]\",:\\ue+-.0123tfn xé\u{1}".utf8)
        var random = SplitMix(state: 42)
        for _ in 0..<20_000 {
            var line = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<line.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: line[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                case 1: line.remove(at: place)
                default: line.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &random)], at: place)
                }
            }
            let ours = line.withUnsafeBufferPointer { buffer -> Rejection? in
                var reader = JSONLine()
                defer { reader.deallocate() }
                guard let start = buffer.baseAddress else { return .cutShort }
                return reader.read(start, start + buffer.count)
            }
            let theirs = (try? JSONSerialization.jsonObject(with: Data(line))) is [String: Any]
            // An empty name is JSON, and no column's. Foundation takes a comma before a closing bracket.
            let comma = String(decoding: line, as: UTF8.self).contains(/,\s*[}\]]/)
            guard ours != .unnamedField, ours != .noFields, !(theirs && comma) else { continue }
            #expect((ours == nil) == theirs, "\(String(decoding: line, as: UTF8.self)): \(String(describing: ours))")
        }
    }
}

/// Steele, Lea and Flood's SplitMix64: a small generator that a seed decides.
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
