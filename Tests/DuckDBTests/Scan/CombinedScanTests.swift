import Foundation
import TestSupport
import Testing

@testable import DuckDB

@Suite struct CombinedScanTests {
    private func scan(_ lines: String...) throws -> ScannedText {
        try ScannedText(lines.joined(separator: "\n"), format: .combined)
    }

    @Test func `a line's fields are columns, and a dash is nothing`() throws {
        let scanned = try scan(
            #"93.180.71.3 - ada [17/May/2015:08:05:32 +0900] "GET /a?b=c HTTP/1.1" 304 0 "-" "Debian APT-HTTP/1.3""#,
            #"::1 id a b [17/May/2015:08:05:32 +0000] "HEAD / HTTP/2.0" 200 - "http://x/" "-""#)
        #expect(
            scanned.rows == [
                [
                    "93.180.71.3", nil, "ada", "2015-05-16 23:05:32", "GET", "/a?b=c", "HTTP/1.1", "304", "0", nil,
                    "Debian APT-HTTP/1.3",
                ],
                [
                    "::1", "id", "a b", "2015-05-17 08:05:32", "HEAD", "/", "HTTP/2.0", "200", nil, "http://x/", nil,
                ],
            ])
    }

    @Test func `a malformed request keeps its line, and its text as the path`() throws {
        func line(_ request: String) -> String { "h - - [17/May/2015:08:05:32 +0000] \"\(request)\" 400 5 \"-\" \"a\"" }
        let scanned = try scan(
            line("-"), line(#"\x16\x03\x01\x00"#), line("GET /old"), line("GET /with space HTTP/1.1"), line("GET"),
            line(""), line(#"GET /"quoted" HTTP/1.0"#))
        #expect(scanned.rejects.isEmpty)
        #expect(scanned.column("method") == [nil, nil, "GET", "GET", nil, nil, "GET"])
        #expect(
            scanned.column("path")
                == [nil, #"\x16\x03\x01\x00"#, "/old", "/with space", "GET", nil, #"/"quoted""#])
        #expect(scanned.column("protocol") == [nil, nil, nil, "HTTP/1.1", nil, nil, "HTTP/1.0"])
        #expect(scanned.column("status") == Array(repeating: "400", count: 7))
    }

    @Test func `the common format, an agent that was cut, escaped quotes and more fields are taken`() throws {
        let head = #"h - - [17/May/2015:08:05:32 +0000] "GET / HTTP/1.1" 200 5"#
        let scanned = try scan(
            head, head + #" "-" "Mozilla (cut"#, head + #" "http://x/\"" "a \"b\" c""#,
            head + #" "r" "agent" "1.2.3.4""#)
        #expect(scanned.rejects.isEmpty)
        #expect(scanned.column("user_agent") == [nil, "Mozilla (cut", #"a \"b\" c"#, "agent"])
        #expect(scanned.column("referer") == [nil, nil, #"http://x/\""#, "r"])
    }

    @Test func `a line that is none is rejected, and says what is missing`() throws {
        let scanned = try scan(
            "", "one", "h - - no time", #"h - - [17/May/2015] "GET / HTTP/1.1" 200 5 "-" "-""#,
            #"h - - [17/May/2015:08:05:32 +0000] GET"#, #"h - - [17/May/2015:08:05:32 +0000] "GET / HTTP/1.1" 20 5"#,
            #"h - - [17/May/2015:08:05:32 +0000] "GET / HTTP/1.1" 200 five"#,
            #"h - - [17/May/2015:08:05:32 +0000] "GET / HTTP/1.1" 200 5 "half"#)
        #expect(scanned.rows.isEmpty)
        #expect(
            scanned.rejects.mapValues(\.count) == [
                "syntax: no host where it should be": 1, "syntax: no time where it should be": 1,
                "time: time is no time": 1, "syntax: no request where it should be": 1,
                "syntax: no status where it should be": 1, "syntax: no bytes where it should be": 1,
                "syntax: no referer where it should be": 1,
            ])
    }

    @Test func `a real log's 10,000 lines come out as awk counts them`() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../EndToEndTests/RealData/apache_combined.log")
        let text = try String(contentsOf: path, encoding: .utf8)
        let scanned = try ScannedText(text, format: .combined)
        #expect(scanned.rejects.isEmpty)
        #expect(scanned.rows.count == 10_000)
        // As awk has them: fields by spaces.
        let fields = text.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(scanned.column("status") == fields.map { String($0[8]) })
        #expect(scanned.column("bytes") == fields.map { $0[9] == "-" ? nil : String($0[9]) })
        #expect(scanned.column("remote_host") == fields.map { String($0[0]) })
        #expect(scanned.column("path") == fields.map { String($0[6]) })
        let days = Dictionary(grouping: fields) { $0[3].dropFirst().prefix(11) }.mapValues(\.count)
        let ours = Dictionary(grouping: scanned.column("time") ?? []) { ($0 ?? "").prefix(10) }.mapValues(\.count)
        #expect(ours.values.sorted() == days.values.sorted())
        #expect(ours["2015-05-17"] == days["17/May/2015"])
    }
}
