import Foundation
import Glibc
import Store
import TestSupport
import Testing

@testable import Lake

/// From files into the lake, by a real worker.
@Suite(.processes) struct TailTests {
    private func append(_ text: String, to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            done += bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    private func line(_ number: Int) -> String { #"{"ts":"2026-11-21T00:00:00Z","n":\#(number)}"# + "\n" }

    @Test func `lines of files are delivered, each once over a restart, and a line that is too long is a reject`()
        async throws
    {
        let site = try StreamSite()
        let path = site.folder("access.log")
        let stream = try StreamSite.stream(tail: TailSettings(patterns: [path]))
        append((0..<1000).map(line).joined() + String(repeating: "x", count: 3 << 20), to: path)
        try await site.running(stream, delivering: true) { streams in
            #expect(try await eventually { try streams.figures().buffered == 1001 })
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 1000, rejected: 1))
            append("xx\n" + line(1000), to: path)
            #expect(try await eventually { try streams.figures().buffered == 1 })
        }
        append(line(1001) + "half", to: path)
        try await site.running(stream, delivering: true) { streams in
            #expect(try await eventually { try streams.figures().buffered == 2 })
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 1002, rejected: 1))
            let tail = try #require(streams.status().first?.tail)
            #expect(tail.files.map(\.path) == [path])
            #expect(tail.lag == 4)
        }
        #expect(try await site.rows("raw.log", "count(*), count(DISTINCT n), sum(n)") == [["1002", "1002", "501501"]])
        #expect(try await site.rejects().map { $0.text("reason") } == ["too long"])
    }

    @Test func `a full buffer makes the files wait, and nothing is dropped`() async throws {
        let folder = TemporaryDirectory()
        let path = folder("access.log")
        for _ in 0..<10 { append((0..<20_000).map(line).joined(), to: path) }
        let store = try Store.openForWriting(folder("weir.db"))
        let recovered = try RecoveredBuffer(folder: folder("buffer"), deliveredThrough: 0)
        let buffer = StreamBuffer(stream: "log", recovered: recovered, counts: StreamCounts())
        let tail = Tail(stream: "log", store: store, buffer: buffer, record: TailRecord())
        let settings = TailSettings(patterns: [path])
        let room = 3 << 20
        await withDiscardingTaskGroup { group in
            group.addTask { await tail.run(settings: { (settings, room) }, took: { _, _ in }) }
            var records = 0
            while records < 200_000 {
                let isFull = try? await eventually {
                    buffer.standing().bytes >= room || records + Int(buffer.standing().counts.buffered) == 200_000
                }
                #expect(isFull == true)
                guard isFull == true, let batch = buffer.batch(limit: 1 << 20) else { break }
                #expect(buffer.standing().bytes < room + TailedFiles.turnBytes + LineCut.windowBytes)
                records += batch.records
                let counts = DeliveryCounts(delivered: batch.records, rejected: 0, duplicates: 0, redriven: 0)
                await buffer.settle(batch, counts)
            }
            #expect(records == 200_000)
            group.cancelAll()
        }
    }

    @Test func `what can't be looked at is told in one event, and its mending in another`() async throws {
        let site = try StreamSite()
        let loop = site.folder("loop")
        #expect(symlink(loop, loop) == 0)
        let stream = try StreamSite.stream(tail: TailSettings(patterns: [loop + "/*.log"]))
        try await site.running(stream, delivering: true) { streams in
            func told() async throws -> [StoredEvent] {
                try await site.store.read { try $0.events(after: 0, limit: 10) }.filter { $0.kind.hasPrefix("tail.") }
            }
            #expect(try await eventually { try await told().count == 1 })
            let message = "can't list \(loop): Too many levels of symbolic links"
            #expect(try await told().first?.payload == #"{"error":"Tail.Unreadable","message":"\#(message)"}"#)
            #expect(streams.status().first?.problem == message)
            unlink(loop)
            try site.folder.write(line(1), to: "loop/a.log")
            #expect(try await eventually { try streams.figures().buffered == 1 })
            #expect(try await eventually { try await told().map(\.kind) == ["tail.failed", "tail.recovered"] })
            #expect(streams.status().first?.problem == nil)
        }
    }

    @Test func `a changed list of files is followed at once`() async throws {
        let site = try StreamSite()
        let (one, two) = (site.folder("one.log"), site.folder("two.log"))
        append(line(1), to: one)
        append(line(2) + line(3), to: two)
        try await site.running(StreamSite.stream(), delivering: true) { streams in
            try await streams.apply(
                site.project([StreamSite.stream(tail: TailSettings(patterns: [one]))]))
            #expect(try await eventually { try streams.figures().buffered == 1 })
            try await streams.apply(
                site.project([StreamSite.stream(tail: TailSettings(patterns: [one, two]))]))
            #expect(try await eventually { try streams.figures() == Figures(delivered: 1, buffered: 2) })
        }
    }
}
