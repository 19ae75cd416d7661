import Foundation
import Store
import TestSupport
import Testing

@testable import Lake

/// Deliveries that fail or are cut off at one of their points, and are made again.
@Suite struct DeliveryFailureTests {
    private let lines = """
        {"ts":"2026-11-21T00:00:00Z","n":1}
        {"ts":"2026-11-22T00:00:00Z","n":2}
        not a record
        """
    private let delivered = [["2026-11-21", "1"], ["2026-11-22", "2"]]

    @Test func `a commit that fails leaves the records in the buffer, nothing in the lake, and its reason`()
        async throws
    {
        let site = try StreamSite()
        try await site.running(StreamSite.stream()) { streams in
            _ = try await streams.take(lines)
            // The watermark is the last of what a delivery writes.
            try await site.store.write {
                try $0.execute(
                    """
                    CREATE TRIGGER broken BEFORE UPDATE ON streams BEGIN SELECT RAISE(ABORT, 'the store is ill'); END
                    """)
            }
            let failure = await #expect(throws: StoreError.self) { try await streams.flush("log") }
            #expect(failure.map { "\($0)".contains("the store is ill") } == true)
            #expect(try streams.figures() == Figures(buffered: 3))
            #expect(streams.status().first?.problem?.contains("the store is ill") == true)
            #expect(try await site.leftovers() == [])
            #expect(try await site.rejects().isEmpty)
            try await site.store.write { try $0.execute("DROP TRIGGER broken") }
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 2, rejected: 1))
            #expect(streams.status().first?.problem == nil)
        }
        #expect(try await site.rows("raw.log", "dt, n", "ORDER BY n") == delivered)
    }

    @Test func `killed between placing and committing, the next engine delivers each record once`() async throws {
        let before = try StreamSite()
        let stream = try StreamSite.stream()
        try await before.running(stream) { streams in
            _ = try await streams.take(lines)
        }
        // The store and the buffer as they are before the commit, with the lake as it is after it.
        let (folder, files) = (before.folder, FileManager.default)
        for name in try folder.names() where name.hasPrefix("weir.db") {
            try files.copyItem(atPath: folder(name), toPath: folder("before-" + name))
        }
        try files.copyItem(atPath: folder(".weir/buffers"), toPath: folder("before-buffers"))
        try await before.running(stream) { streams in try await streams.flush("log") }
        #expect(try await before.rows("raw.log", "dt, n", "ORDER BY n") == delivered)
        try files.removeItem(atPath: folder(".weir/buffers"))
        try files.moveItem(atPath: folder("before-buffers"), toPath: folder(".weir/buffers"))
        let site = before.over(try Store.openForWriting(folder("before-weir.db")))
        try folder.write("half a file", to: "lake/.stage/delivery-log-1/20778.parquet")
        #expect(try await site.leftovers().count == 5)
        try await site.running(stream) { streams in
            #expect(try await site.leftovers() == [])
            #expect(try streams.figures() == Figures(buffered: 3))
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 2, rejected: 1))
        }
        #expect(try await site.rows("raw.log", "dt, n", "ORDER BY n") == delivered)
        let rejects = try await site.rejects()
        #expect(rejects.map { $0.integer("records") } == [1])
        #expect(FileManager.default.fileExists(atPath: site.objects.absolute(rejects[0].text("path"))))
    }

    @Test func `killed after the commit, the next engine does not deliver the records again`() async throws {
        let site = try StreamSite()
        let stream = try StreamSite.stream()
        let segments = "\(site.folder.path)/.weir/buffers/log"
        try await site.running(stream) { streams in
            _ = try await streams.take(lines)
            try await streams.flush("log")
        }
        // The segment was still open, so it is there with all that was delivered.
        let names = try Disk.names(in: segments)
        #expect(names.count == 1)
        #expect(try RecoveredBuffer(folder: segments + "-copy", deliveredThrough: 0).index.isEmpty)
        try FileManager.default.copyItem(atPath: segments + "/" + names[0], toPath: segments + "-copy/" + names[0])
        #expect(try RecoveredBuffer(folder: segments + "-copy", deliveredThrough: 0).index.records == 3)
        try await site.running(stream) { streams in
            #expect(try streams.figures() == Figures(delivered: 2, rejected: 1))
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 2, rejected: 1))
            #expect(try await streams.take(lines) == TakenRecords(records: 3, sequence: 2))
        }
        #expect(try await site.rows("raw.log", "dt, n", "ORDER BY n") == delivered)
    }

    @Test func `records below the watermark are not published again, whoever asks`() async throws {
        let site = try StreamSite()
        let stream = try StreamSite.stream()
        try await site.running(stream) { streams in
            _ = try await streams.take(lines)
            try await streams.pause("log")
            try await site.store.write { try $0.execute("UPDATE streams SET delivered_sequence = 1") }
            let failure = await #expect(throws: WorkFailure.self) { try await streams.flush("log") }
            #expect(failure?.message == "the records from 1 to 1 were delivered already")
            #expect(try await site.rejects().isEmpty)
            #expect(try await site.store.read { try $0.count("SELECT count(*) FROM objects") } == 0)
        }
        try await site.running(stream) { streams in
            let (leftovers, figures) = (try await site.leftovers(), try streams.figures())
            #expect(leftovers == [])
            #expect(figures == Figures())
        }
    }

    @Test func `a buffer that lost a batch's records delivers nothing of it, and says what is missing`() async throws {
        let site = try StreamSite()
        try await site.running(StreamSite.stream()) { streams in
            _ = try await streams.take(lines)
            _ = try await streams.take(lines)
            let segment = site.folder(".weir/buffers/log/00000000000000000001.segment")
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: segment))
            try file.seek(toOffset: UInt64(Frame.headerSize * 2 + lines.utf8.count + 10))
            try file.write(contentsOf: Data("?".utf8))
            try file.close()
            let failure = await #expect(throws: WorkFailure.self) { try await streams.flush("log") }
            #expect(failure?.message == "the buffer holds 3 of the batch's 6 records")
            #expect(failure?.detail == "frames 1 to 2 of \(segment)")
            #expect(try streams.figures() == Figures(buffered: 6))
        }
        #expect(try await site.leftovers() == [])
    }
}
