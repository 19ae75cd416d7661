import TestSupport
import Testing

@testable import DuckDB

@Suite struct CSVScanTests {
    private func scan(
        _ names: [String], _ lines: String..., delimiter: Character = ",", columns: [ScanColumn] = [],
        time: String? = nil
    ) throws -> ScannedText {
        let shape = CSVShape(names: names, delimiter: delimiter.asciiValue ?? 0)
        return try ScannedText(lines.joined(separator: "\n"), format: .csv(shape), columns: columns, time: time)
    }

    @Test func `fields get their types from a batch's values`() throws {
        let scanned = try scan(
            ["ts", "n", "x", "ok", "name"], "2015-05-17T08:05:32Z,1,1,true,ada", "1431849933,-2,1.5e1,false,",
            time: "ts")
        #expect(scanned.rejects.isEmpty)
        #expect(
            Set(scanned.columns) == [
                .init(name: "ts", kind: .timestamp), .init(name: "n", kind: .bigint),
                .init(name: "x", kind: .double), .init(name: "ok", kind: .boolean),
                .init(name: "name", kind: .varchar),
            ])
        #expect(scanned.column("ts") == ["2015-05-17 08:05:32", "2015-05-17 08:05:33"])
        #expect(scanned.column("n") == ["1", "-2"])
        #expect(scanned.column("x") == ["1.0", "15.0"])
        #expect(scanned.column("name") == ["ada", nil])
    }

    @Test func `quotes keep delimiters and quotes, and make text`() throws {
        let scanned = try scan(
            ["a", "b"], "\"x;1\";\"7\"", "\"say \"\"hi\"\"\";\"\"", "\"\"\"\";8", "plain;", delimiter: ";")
        #expect(scanned.rejects.isEmpty)
        #expect(scanned.column("a") == ["x;1", "say \"hi\"", "\"", "plain"])
        // An empty text is not the same as nothing.
        #expect(scanned.column("b") == ["7", "", "8", nil])
        #expect(scanned.columns.allSatisfy { $0.kind == .varchar })
    }

    @Test func `leading zeros and integers beyond 64 bits stay text`() throws {
        let scanned = try scan(["zip", "big"], "007,9223372036854775808", "012,123456789012345678901")
        #expect(scanned.columns.map(\.kind) == [.varchar, .varchar])
        #expect(scanned.rows == [["007", "9223372036854775808"], ["012", "123456789012345678901"]])
    }

    @Test func `a line that is none is rejected with what is wrong`() throws {
        let scanned = try scan(
            ["a", "b"], "1,2", "1", "1,2,3", #"1,"2"#, #"1,"2"x"#, #"1,2"3"#, columns: [.init(name: "b", kind: .bigint)]
        )
        #expect(scanned.column("a") == ["1"])
        #expect(
            scanned.rejects == [
                "syntax: not 2 fields": ["1", "1,2,3"], "syntax: a quote is not closed": [#"1,"2"#],
                "syntax: a quote inside a field": [#"1,"2"x"#, #"1,2"3"#],
            ])
        let headed = try scan(["a", "b"], "a,b", "1,2", #""a",b"#, "a,c")
        #expect(headed.rejects == ["syntax: the columns' names": ["a,b", #""a",b"#]])
        let typed = try scan(["b"], "1", "two", columns: [.init(name: "b", kind: .bigint)])
        #expect(typed.rejects == ["type: b is not BIGINT": ["two"]])
        #expect(typed.column("b") == ["1"])
    }

    @Test func `given types hold whatever the values look like, in the order of the fields`() throws {
        let shape = CSVShape(names: ["shop", "zip", "n", "x"], kinds: ["zip": .varchar, "x": .double])
        let scanned = try ScannedText("a,0123,1,\nb,12345,2,\nc,12,many,", format: .csv(shape))
        #expect(
            scanned.columns == [
                .init(name: "shop", kind: .varchar), .init(name: "zip", kind: .varchar),
                .init(name: "n", kind: .bigint), .init(name: "x", kind: .double),
            ])
        #expect(scanned.column("zip") == ["0123", "12345"])
        #expect(scanned.rejects == ["type: n is not BIGINT": ["c,12,many,"]])
    }
}
