import Foundation
import Lake
import TestSupport
import Testing

@testable import weir

/// What the command line prints, and how it cuts files into batches.
@Suite struct OutputTests {
    @Test func `columns are aligned, numbers to the right, wide characters by their width`() {
        var table = TextTable("NAME", ">ROWS", "STATE")
        table.add("広場", "7", .init("failed", .bad))
        table.add("a", "1,000", "succeeded")
        #expect(
            table.text(columns: nil, colours: false) == """
                NAME   ROWS  STATE
                広場      7  failed
                a     1,000  succeeded

                """)
    }

    @Test func `on a terminal the last column is cut at the edge`() {
        var table = TextTable("A", "MESSAGE")
        table.add("1", "a message that is long")
        #expect(table.text(columns: 14, colours: false) == "A  MESSAGE\n1  a message …\n")
    }

    @Test func `colours are around the text and nowhere else`() {
        var table = TextTable("STATE", "A")
        table.add(.init("failed", .bad), "x")
        #expect(table.text(columns: nil, colours: true).hasSuffix("\u{1b}[31mfailed\u{1b}[0m  x\n"))
    }

    @Test func `what would command a terminal is a picture of itself`() {
        var table = TextTable("NAME")
        table.add("\u{1b}[31mred\u{7}")
        #expect(table.text(columns: nil, colours: false) == "NAME\n␛[31mred␇\n")
        #expect(Output.printable("a\u{1b}]0;title\u{7}b") == "a␛]0;title␇b")
        #expect(Output.printable("広場 ok") == "広場 ok")
    }

    @Test func `rows as JSON are objects with JSON's own numbers, booleans and nulls`() throws {
        let rows = QueryRows(
            columns: [
                Column(name: "id", type: "BIGINT"), Column(name: "price", type: "DECIMAL(10,2)"),
                Column(name: "share", type: "DOUBLE"), Column(name: "on", type: "BOOLEAN"),
                Column(name: "code", type: "VARCHAR"),
            ],
            rows: [["9007199254740993", "-0.50", "1e-07", "true", "0171"], [nil, "1.00", "inf", nil, "say \"/\""]],
            truncated: false)
        #expect(
            try rows.json() == #"""
                [{"id":9007199254740993,"price":-0.50,"share":1e-07,"on":true,"code":"0171"},
                 {"id":null,"price":1.00,"share":"inf","on":null,"code":"say \"/\""}]

                """#)
    }

    @Test func `a starter project's name comes from its folder's`() {
        #expect(StarterProject.name(for: "/home/me/my shop") == "my_shop")
        #expect(StarterProject.name(for: "/home/me/2026") == "project")
    }

    // MARK: Batches of lines

    private func batches(_ bytes: [UInt8]) async throws -> [RecordFile.Batch] {
        let folder = TemporaryDirectory()
        try Data(bytes).write(to: URL(fileURLWithPath: folder("records")))
        let file = try RecordFile(folder("records"))
        var batches: [RecordFile.Batch] = []
        while let batch = try await file.next() { batches.append(batch) }
        return batches
    }

    @Test func `batches are whole lines of at most a mebibyte, and together they are the file`() async throws {
        var bytes: [UInt8] = []
        for line in 0..<60_000 {
            bytes += Array("{\"line\":\(line),\"text\":\"\(String(repeating: "x", count: line % 97))\"}\n".utf8)
        }
        let found = try await batches(bytes)
        #expect(found.count > 2)
        #expect(found.allSatisfy { $0.bytes.count <= RecordFile.batchBytes && $0.bytes.last == 10 })
        #expect(found.reduce(0) { $0 + $1.lines } == 60_000)
        #expect(found.flatMap(\.bytes) == bytes)
    }

    @Test func `a line that is longer than a batch is a batch of its own`() async throws {
        let long = [UInt8](repeating: 97, count: RecordFile.batchBytes * 2)
        let found = try await batches(Array("a\n".utf8) + long + Array("\nb\n".utf8))
        #expect(found.map(\.lines) == [1, 1, 1])
        #expect(found.map(\.bytes.count) == [2, RecordFile.batchBytes * 2 + 1, 2])
    }

    @Test func `a last line without an end gets one, and an empty file is no batch`() async throws {
        let found = try await batches(Array("a\nb".utf8))
        #expect(found.map(\.bytes) == [Array("a\nb\n".utf8)])
        #expect(try await batches([]).isEmpty)
    }

    @Test func `a line longer than four mebibytes is named`() async throws {
        await #expect(throws: CommandFailure.self) {
            try await batches(Array("a\n".utf8) + [UInt8](repeating: 97, count: RecordFile.longestLine * 2))
        }
    }
}
