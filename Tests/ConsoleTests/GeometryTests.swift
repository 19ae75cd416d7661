import Flow
import Foundation
import Lake
import Terminal
import Testing

@testable import Console

struct FiguresTests {
    @Test(
        arguments: [
            (0, "0"), (999, "999"), (1000, "1.0k"), (12_100, "12.1k"), (99_949, "99.9k"), (99_999, "100k"),
            (999_499, "999k"),
            (999_999, "1.0M"), (41_200_000, "41.2M"), (-1500, "-1.5k"), (.max, "9223P"),
        ] as [(Int64, String)]) func `counts keep to five columns`(value: Int64, text: String)
    {
        #expect(Figures.count(value) == text)
    }

    @Test(
        arguments: [
            (0, "0ms"), (400, "400ms"), (1_400, "1.4s"), (9_949, "9.9s"), (12_000, "12s"), (252_000, "4m12s"),
            (11_220_000, "3h07m"),
            (190_800_000, "2d05h"), (-5, "0ms"),
        ] as [(Int64, String)]) func `durations have two units at most`(value: Int64, text: String)
    {
        #expect(Figures.duration(milliseconds: value) == text)
    }

    @Test(
        arguments: [(41_000, "00:41"), (1, "00:01"), (0, "now"), (-9, "now"), (3_723_000, "1:02:03")]
            as [(Int64, String)])
    func `a countdown never shows zero before it is time`(value: Int64, text: String) {
        #expect(Figures.countdown(milliseconds: value) == text)
    }

    @Test func `sizes and exact numbers`() {
        #expect(Figures.bytes(0) == "0 B")
        #expect(Figures.bytes(612_000_000) == "612 MB")
        #expect(Figures.bytes(1_230_000_000_000) == "1.2 TB")
        #expect(Figures.exact(48_211) == "48,211")
        #expect(Figures.exact(-1_000_000) == "-1,000,000")
        #expect(Figures.rate(4.84) == "4.8")
        #expect(Figures.rate(.nan) == "?")
    }

    @Test func `moments are told in the project's zone`() {
        let clock = Clock(TimeZone(identifier: "Asia/Tokyo") ?? .gmt)
        #expect(clock.time(Sample.now) == "14:22:07")
        #expect(clock.zoneName(Sample.now) == "+09:00")
        #expect(clock.moment(Sample.now - 86_400_000, now: Sample.now) == "11-20 14:22")
        #expect(clock.day(Sample.now + 10 * 3_600_000).description == "2026-11-22")
        #expect(clock.short(Sample.day("2025-11-20"), now: Sample.now) == "2025-11-20")
        #expect(clock.short(Sample.day("2026-11-20T05"), now: Sample.now) == "11-20T05")
    }
}

struct StepGraphTests {
    private func drawn(_ steps: [(String, [String])]) -> [String] {
        let graph = StepGraph(
            steps.map { Sample.step($0.0, "query", .succeeded, needs: $0.1) })
        return zip(steps, graph.lines).map { step, line in
            graph.text(line.lead, .unicode) + step.0 + graph.text(line.trail, .unicode)
        }
    }

    @Test func `a chain steps down`() {
        #expect(drawn([("a", []), ("b", ["a"]), ("c", ["b"])]) == ["a", "└─b", "  └─c"])
    }

    @Test func `what many need leaves a line to the last of them`() {
        #expect(drawn([("a", []), ("b", ["a"]), ("c", ["a"]), ("d", ["a"])]) == ["a", "├─b", "├─c", "└─d"])
    }

    @Test func `what needs many joins them all`() {
        #expect(drawn([("a", []), ("b", []), ("c", []), ("d", ["a", "b", "c"])]) == ["a", "│ b", "│ │ c", "└─┴─┴─d"])
    }

    @Test func `a line that only passes is crossed, not joined`() {
        #expect(
            drawn([("a", []), ("b", ["a"]), ("c", ["a"]), ("d", ["b"]), ("e", ["c", "d"])])
                == ["a", "├─b", "└─│─c", "  └─│─d", "    └─┴─e"])
    }

    @Test func `steps without needs stand apart`() {
        #expect(drawn([("a", []), ("b", []), ("c", [])]) == ["a", "b", "c"])
    }
}

struct CalendarTests {
    private func days(_ first: String, _ count: Int) -> [Interval] {
        (0..<count).map { Sample.day(first).advanced(by: $0) }
    }

    @Test func `weeks are columns and begin on Monday`() throws {
        // 2026-06-01 is a Monday.
        let calendar = Calendar(days: days("2026-06-01", 14), room: Size(columns: 40, rows: 8))
        #expect(try #require(calendar.place(0, selected: 0)) == (6, 1))
        #expect(try #require(calendar.place(6, selected: 0)) == (6, 7))
        #expect(try #require(calendar.place(7, selected: 0)) == (8, 1))
        #expect(calendar.index(x: 8, y: 1, selected: 0) == 7)
        #expect(calendar.index(x: 30, y: 1, selected: 0) == nil)
    }

    @Test func `a range wider than the room shows the weeks around the chosen day`() {
        let calendar = Calendar(days: days("2024-01-01", 800), room: Size(columns: 30, rows: 8))
        #expect(calendar.place(0, selected: 400) == nil)
        #expect(calendar.place(400, selected: 400) != nil)
        #expect(calendar.place(799, selected: 799) != nil)
    }

    @Test func `hours are columns of a day`() throws {
        let hours = (0..<48).map { Sample.day("2026-06-01T00").advanced(by: $0) }
        let calendar = Calendar(days: hours, room: Size(columns: 60, rows: 8))
        #expect(try #require(calendar.place(5, selected: 0)) == (16, 1))
        #expect(try #require(calendar.place(29, selected: 0)) == (16, 2))
        #expect(calendar.labels(selected: 0).map(\.text) == ["06-01", "06-02"])
        #expect(calendar.heads(selected: 0).map(\.text) == ["00", "06", "12", "18"])
    }

    @Test func `months are named where they begin, never over one another`() {
        let calendar = Calendar(days: days("2026-10-22", 30), room: Size(columns: 40, rows: 8))
        let heads = calendar.heads(selected: 0)
        #expect(heads.map(\.text) == ["Oct", "Nov"])
        #expect(heads[1].x >= heads[0].x + 4)
    }
}

struct ListViewTests {
    @Test func `the selection follows its item and stays in sight`() {
        var list = ListView()
        list.settle(["b", "c"], room: 2)
        #expect(list.selected == "b")
        list.settle(["a", "b", "c"], room: 2)
        #expect(list.selected == "a", "nobody has chosen anything: the first has the focus")
        list.select(2, of: ["a", "b", "c"])
        list.settle(["a", "b", "c"], room: 2)
        #expect((list.index, list.offset) == (2, 1))
        list.settle(["x", "y", "a", "b", "c"], room: 2)
        #expect((list.index, list.offset) == (4, 3))
        list.settle(["x", "y"], room: 2)
        #expect((list.selected, list.index, list.offset) == ("y", 1, 0))
        list.settle([], room: 2)
        list.settle(["y", "z"], room: 2)
        #expect(list.selected == "y")
        list.select(0, of: ["y", "z"])
        list.settle(["new", "y", "z"], room: 2)
        #expect(list.selected == "new", "at the top the newest has the focus")
    }
}

struct WrappingTests {
    @Test(arguments: [
        ("short", 10, ["short"]),
        ("one two three", 8, ["one two ", "three"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),
        ("日本語日本語", 5, ["日本", "語日", "本語"]),
        ("", 8, [""]),
    ]) func `long lines are cut at spaces, or where they must`(text: String, width: Int, expected: [String]) {
        #expect(LogLine(text).wrapped(to: width).map(\.text) == expected)
    }
}
