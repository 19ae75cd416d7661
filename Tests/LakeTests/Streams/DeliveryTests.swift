import DuckDB
import Foundation
import Store
import TestSupport
import Testing

@testable import Lake

/// From the buffer into the lake, by a real worker.
@Suite struct DeliveryTests {
    private func today() -> Interval {
        Interval.containing(Date(), granularity: .day, in: TimeZone(identifier: "Asia/Tokyo") ?? .gmt)
    }

    @Test func `records land in the project's own days, and what can't be read is kept as it came`() async throws {
        let site = try StreamSite()
        let tooLong = #"{"ts":"2026-11-21T00:00:00Z","id":""# + String(repeating: "x", count: 1 << 20) + "\"}"
        let good = """
            {"ts":"2026-11-20T14:59:59Z","id":"a","n":1}
            {"ts":"2026-11-20T15:00:00Z","id":"b","n":2}
            {"ts":"2026-11-21 10:00:00","id":"c","n":3}
            {"ts":"2026-11-01T00:00:00+09:00","id":"late","n":4}
            {"ts":"2026-11-20T14:59:59Z","id":"a","n":1}
            """
        let notUTF8 = Array(#"{"ts":"2026-11-21T00:00:00Z","id":""#.utf8) + [0xFF, 0x1B] + Array("\"}".utf8)
        let bad = [
            Array(#"{"ts":"2026-11-21T00:00:00Z","id":"cut""#.utf8), notUTF8,
            Array(#"{"ts":"2026-11-21T00:00:00Z","id":"t","n":"many"}"#.utf8), Array(tooLong.utf8),
            Array(#"{"id":"timeless"}"#.utf8),
        ]
        let body = Array(good.utf8) + bad.flatMap { [UInt8(ascii: "\n")] + $0 }
        let earliest = today()
        try await site.running(StreamSite.stream(dedupe: "id")) { streams in
            #expect(try await streams.take(body, into: "log") == TakenRecords(records: 10, sequence: 1))
            #expect(try streams.figures() == Figures(buffered: 10))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await streams.flush("log") }
                // At every moment of the delivery each record is in one place.
                let settled = try await eventually {
                    let figures = try streams.figures()
                    #expect(figures == Figures(buffered: 10) || figures.buffered == 0)
                    #expect(figures.received == 10)
                    return figures.buffered == 0
                }
                #expect(settled)
                try await group.waitForAll()
            }
            #expect(try streams.figures() == Figures(delivered: 4, rejected: 5, duplicates: 1))
            #expect(streams.status().first?.problem == nil)
            #expect(streams.status().first?.bufferedBytes == 0)
        }
        #expect(
            try await site.rows("raw.log", "dt, ts, id, n", "ORDER BY ts") == [
                ["2026-11-01", "2026-10-31 15:00:00", "late", "4"], ["2026-11-20", "2026-11-20 14:59:59", "a", "1"],
                ["2026-11-21", "2026-11-20 15:00:00", "b", "2"], ["2026-11-21", "2026-11-21 01:00:00", "c", "3"],
            ])
        let rejects = try await site.rejects()
        #expect(
            Dictionary(uniqueKeysWithValues: rejects.map { ($0.text("reason"), $0.integer("records")) }) == [
                "syntax: the line ends early": 1, "utf8": 1, "type: n is not BIGINT": 1, "too long": 1,
                "time: ts is missing": 1,
            ])
        let keywords = ["syntax", "utf8", "type", "too-long", "time"]
        for (keyword, line) in zip(keywords, bad) {
            let reject = try #require(rejects.first { $0.text("path").contains("/\(keyword)/") })
            let day = try #require(Interval(reject.text("day")))
            #expect(earliest <= day && day <= today())
            #expect(reject.text("path") == ".rejects/log/dt=\(day)/\(keyword)/" + name(of: reject.text("path")))
            let path = site.objects.absolute(reject.text("path"))
            #expect(FileManager.default.contents(atPath: path) == Data(line + [UInt8(ascii: "\n")]))
        }
        let delivery = try #require(try await site.store.read { try $0.first("SELECT * FROM deliveries") })
        #expect(delivery.text("partitions") == #"["dt=2026-11-01","dt=2026-11-20","dt=2026-11-21"]"#)
        #expect(
            (delivery.integer("records"), delivery.integer("rejected"), delivery.integer("duplicates")) == (4, 5, 1))
        let events = try await site.store.read { try $0.events(after: 0, limit: 10) }
        #expect(events.map(\.kind) == ["delivery", "delivery", "delivery"])
        #expect(events.map(\.interval) == ["2026-11-01", "2026-11-20", "2026-11-21"])
        #expect(try await site.leftovers() == [])
        #expect(try site.folder.names(in: "lake/raw/log") == ["dt=2026-11-01", "dt=2026-11-20", "dt=2026-11-21"])
    }

    private func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

    @Test func `a delivery adds to a partition; new fields become columns, and whole numbers fractions`() async throws {
        let site = try StreamSite()
        try await site.running(StreamSite.stream()) { streams in
            _ = try await streams.take(#"{"ts":"2026-11-21T00:00:01Z","n":1}"#)
            try await streams.flush("log")
            #expect(try await site.rows("raw.log", "typeof(n)") == [["BIGINT"]])
            _ = try await streams.take(
                """
                {"ts":"2026-11-21T00:00:02Z","n":2.5,"who":"ada"}
                {"ts":"2026-11-21T00:00:03Z","n":3}
                """)
            try await streams.flush("log")
            _ = try await streams.take(
                #"{"ts":"2026-11-21T00:00:04Z","n":"four"}"# + "\n" + #"{"ts":"2026-11-21T00:00:05Z","who":5}"#)
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 4, rejected: 1))
        }
        #expect(
            try await site.rows("raw.log", "dt, n, who", "ORDER BY ts") == [
                ["2026-11-21", "1.0", nil], ["2026-11-21", "2.5", "ada"], ["2026-11-21", "3.0", nil],
                ["2026-11-21", nil, "5"],
            ])
        #expect(try await site.rejects().map { $0.text("reason") } == ["type: n is not DOUBLE"])
    }

    @Test func `an hour's partition holds that hour, in the project's zone`() async throws {
        let site = try StreamSite()
        try await site.running(StreamSite.stream(partition: .hour)) { streams in
            _ = try await streams.take(
                #"{"ts":"2026-11-20T14:59:59Z","n":1}"# + "\n" + #"{"ts":"2026-11-20T15:00:00Z","n":2}"#)
            try await streams.flush("log")
        }
        let partitions = try await site.store.read { try $0.rows("SELECT partition FROM partitions ORDER BY 1") }
        #expect(partitions.map { $0.text("partition") } == ["dt=2026-11-20/hour=23", "dt=2026-11-21/hour=00"])
    }

    /// In Tokyo the last hours of 9999 are in a year that no partition can be named after.
    @Test func `a time beyond the years of partitions is a reject, also where only the zone makes it one`() async throws
    {
        let site = try StreamSite()
        try await site.running(StreamSite.stream()) { streams in
            _ = try await streams.take(
                """
                {"ts":"9999-12-31T14:59:59Z","n":1}
                {"ts":"9999-12-31T15:00:00Z","n":2}
                {"ts":"0001-01-01T00:00:00Z","n":3}
                {"ts":"0001-01-01T00:00:00+09:00","n":4}
                """)
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 2, rejected: 2))
        }
        #expect(try await site.rows("raw.log", "dt, n", "ORDER BY n") == [["9999-12-31", "1"], ["0001-01-01", "3"]])
        #expect(try await site.rejects().map { $0.text("reason") } == ["time: ts is not between the years 1 and 9999"])
    }

    @Test func `a resent record is stored once, also after a restart, and one without the key always`() async throws {
        let site = try StreamSite()
        let stream = try StreamSite.stream(dedupe: "id")
        let first = #"{"ts":"2026-11-21T00:00:00Z","id":1}"# + "\n" + #"{"ts":"2026-11-21T00:00:00Z","x":1}"#
        try await site.running(stream) { streams in
            _ = try await streams.take(first)
            try await streams.flush("log")
        }
        try await site.running(stream) { streams in
            #expect(try streams.figures() == Figures(delivered: 2))
            _ = try await streams.take(first + "\n" + #"{"ts":"2026-11-22T00:00:00Z","id":1}"#)
            try await streams.flush("log")
            // The same key on another day is another record.
            #expect(try streams.figures() == Figures(delivered: 4, duplicates: 1))
        }
        #expect(try await site.rows("raw.log", "count(*), count(id)") == [["4", "2"]])
    }

    @Test func `real log lines: each day has the lines that it had, and their bytes`() async throws {
        let site = try StreamSite()
        let log = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../EndToEndTests/RealData/apache_combined.log").standardized
        // Every twentieth line, so that all of its days are there.
        let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").enumerated()
            .filter { $0.offset % 20 == 0 }.map(\.element)
        var expected: [String: (lines: Int, bytes: Int)] = [:]
        for line in lines {
            // The log is in UTC; Tokyo's day begins at 15:00.
            let time = try #require(line.firstMatch(of: /\[(\d\d)\/May\/2015:(\d\d)/))
            let (day, hour) = (Int(time.1) ?? 0, Int(time.2) ?? 0)
            let bytes = line.firstMatch(of: /" \d{3} (\d+)/).flatMap { Int($0.1) } ?? 0
            let key = "2015-05-\(hour >= 15 ? day + 1 : day)"
            expected[key, default: (0, 0)].lines += 1
            expected[key, default: (0, 0)].bytes += bytes
        }
        #expect(expected.count == 5)
        try await site.running(StreamSite.stream(format: .combined, time: nil)) { streams in
            let taken = try await streams.take(lines.joined(separator: "\n"))
            #expect(taken.records == lines.count)
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: Int64(lines.count)))
        }
        let days = try await site.rows("raw.log", "dt, count(*), sum(bytes)::BIGINT", "GROUP BY dt ORDER BY dt")
        #expect(days == expected.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value.lines)", "\($0.value.bytes)"] })
    }

    /// What sqlite3 writes of a table of real songs: quotes, delimiters and letters of many languages in their names.
    @Test func `a table that sqlite3 writes as csv is delivered as it was, without its header`() async throws {
        let chinook = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../EndToEndTests/RealData/Chinook_Sqlite.sqlite").standardized.path
        func sqlite3(_ arguments: String...) throws -> String {
            let (process, pipe) = (Process(), Pipe())
            process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
            process.arguments = ["-readonly"] + arguments
            process.standardOutput = pipe
            try process.run()
            let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return String(decoding: bytes, as: UTF8.self)
        }
        let columns = ["TrackId", "Name", "Composer", "Milliseconds", "UnitPrice"]
        let select = "SELECT \(columns.joined(separator: ", ")) FROM Track ORDER BY TrackId"
        let text = try sqlite3("-header", "-csv", chinook, select)
        let originals = try sqlite3("-json", chinook, select)
        let tracks = try #require(
            try JSONSerialization.jsonObject(with: Data(originals.utf8)) as? [[String: Any]])
        #expect(tracks.count == 3503)

        let site = try StreamSite()
        let format = RecordFormat.csv(CSVShape(names: columns, kinds: ["Name": .varchar]))
        try await site.running(StreamSite.stream(format: format, time: nil)) { streams in
            _ = try await streams.take(text)
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 3503, rejected: 1))
        }
        #expect(try await site.rejects().map { $0.text("reason") } == ["syntax: the columns' names"])
        let found = try await site.rows("raw.log", columns.joined(separator: ", "), "ORDER BY TrackId")
        let wanted = tracks.map { track in
            [
                (track["TrackId"] as? Int).map(String.init), track["Name"] as? String, track["Composer"] as? String,
                (track["Milliseconds"] as? Int).map(String.init),
                (track["UnitPrice"] as? Double).map { String(format: "%.2f", $0) },
            ]
        }
        #expect(found.count == wanted.count)
        for (row, track) in zip(found, wanted) where row != track { Issue.record("\(row) is not \(track)") }
    }
}
