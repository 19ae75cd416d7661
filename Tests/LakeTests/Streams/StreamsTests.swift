import Foundation
import Store
import TestSupport
import Testing

@testable import Lake

/// Streams as an operator handles them.
@Suite(.timeLimit(.minutes(5))) struct StreamsTests {
    private func record(_ n: Int) -> String { "{\"ts\":\"2026-11-21T00:00:00Z\",\"n\":\(n)}" }

    @Test func `a stream delivers by itself, by size and by interval`() async throws {
        let site = try StreamSite()
        try await site.running(
            StreamSite.stream("large", size: 100), StreamSite.stream("soon", interval: .zero), StreamSite.stream("log"),
            delivering: true
        ) { streams in
            for name in ["large", "soon", "log"] { _ = try await streams.take(record(1), into: name) }
            #expect(try await eventually { try streams.figures("soon") == Figures(delivered: 1) })
            // 36 bytes each: two are not enough.
            _ = try await streams.take(record(2), into: "large")
            #expect(try streams.figures("large") == Figures(buffered: 2))
            _ = try await streams.take(record(3), into: "large")
            #expect(try await eventually { try streams.figures("large") == Figures(delivered: 3) })
            #expect(try streams.figures("log") == Figures(buffered: 1))
        }
    }

    @Test func `paused, records are taken and not delivered, also after a restart, until it is resumed`() async throws {
        let site = try StreamSite()
        let stream = try StreamSite.stream(interval: .zero)
        try await site.running(stream, delivering: true) { streams in
            try await streams.pause("log")
            _ = try await streams.take(record(1))
        }
        try await site.running(stream, StreamSite.stream("other", interval: .zero), delivering: true) { streams in
            #expect(streams.status().map(\.paused) == [true, false])
            _ = try await streams.take(record(2))
            _ = try await streams.take(record(1), into: "other")
            // The other stream's delivery came later, and is done.
            #expect(try await eventually { try streams.figures("other") == Figures(delivered: 1) })
            #expect(try streams.figures() == Figures(buffered: 2))
            // Whoever asks for a delivery wants it.
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 2))
            _ = try await streams.take(record(3))
            try await streams.resume("log")
            #expect(try await eventually { try streams.figures() == Figures(delivered: 3) })
        }
        #expect(try await site.rows("raw.log", "n", "ORDER BY n") == [["1"], ["2"], ["3"]])
    }

    @Test func `the status tells what waits, how much, since when, and how fast it came`() async throws {
        let site = try StreamSite()
        try await site.running(StreamSite.stream()) { streams in
            #expect(streams.status().first?.lagSeconds == 0)
            _ = try await streams.take(record(1) + "\n" + record(2))
            let status = try #require(streams.status().first)
            #expect(status.bufferedBytes == Int64(record(1).utf8.count * 2 + 1))
            #expect(status.history.count == 60)
            #expect(status.history.reduce(0, +) == 2)
            #expect(try await eventually { (streams.status().first?.lagSeconds ?? 0) > 0 })
            #expect(try await eventually { (streams.status().first?.recordsPerSecond ?? 0) == 0.4 })
        }
    }

    @Test func `a name that is none is refused with the nearest`() async throws {
        let site = try StreamSite()
        try await site.running(StreamSite.stream("access_log")) { streams in
            for ask in [
                { _ = try await streams.take("{}", into: "acces_log") }, { try await streams.flush("acces_log") },
                { try await streams.pause("acces_log") }, { try await streams.resume("acces_log") },
                { _ = try await streams.redrive("acces_log", reject: nil) },
            ] as [@Sendable () async throws -> Void] {
                let refusal = await #expect(throws: StreamRefusal.self) { try await ask() }
                #expect(refusal?.description == "no stream acces_log; did you mean access_log?")
            }
            let refusal = await #expect(throws: StreamRefusal.self) { try await streams.flush("x") }
            #expect(refusal?.description == "no stream x; see streams in weir.yaml")
        }
    }

    @Test func `a reject that is put back waits again, and counts once`() async throws {
        let site = try StreamSite()
        let stream = try StreamSite.stream()
        try await site.running(stream) { streams in
            _ = try await streams.take(record(1) + "\nnonsense\n" + #"{"ts":"soon","n":2}"#)
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(delivered: 1, rejected: 2))
            let first = try #require(try await site.rejects().first).integer("id")
            #expect(try await streams.redrive("log", reject: Int64(first)) == 1)
            #expect(try streams.figures() == Figures(delivered: 1, rejected: 1, buffered: 1))
            let again = await #expect(throws: StreamRefusal.self) {
                try await streams.redrive("log", reject: Int64(first))
            }
            #expect(again == .noReject(stream: "log", Int64(first)))
            #expect(try await streams.redrive("log", reject: nil) == 1)
            #expect(try await streams.redrive("log", reject: nil) == 0)
            #expect(try streams.figures() == Figures(delivered: 1, buffered: 2))
        }
        try await site.running(stream) { streams in
            #expect(try streams.figures() == Figures(delivered: 1, buffered: 2))
            try await streams.flush("log")
            // What was wrong with them still is.
            #expect(try streams.figures() == Figures(delivered: 1, rejected: 2))
        }
        #expect(
            try await site.rejects().map { $0.optionalInteger("redriven_at") == nil } == [false, false, true, true])
    }

    @Test func `a reject whose mark was lost in a crash is marked by the next engine`() async throws {
        let site = try StreamSite()
        let stream = try StreamSite.stream()
        try await site.running(stream) { streams in
            _ = try await streams.take("nonsense")
            try await streams.flush("log")
            _ = try await streams.redrive("log", reject: nil)
        }
        // As it was between the return to the buffer and the mark.
        try await site.store.write { writing in
            try writing.execute("UPDATE rejects SET redriven_at = NULL")
            try writing.execute("UPDATE streams SET rejected = 1")
        }
        try await site.running(stream) { streams in
            #expect(try streams.figures() == Figures(buffered: 1))
            #expect(try await streams.redrive("log", reject: nil) == 0)
            try await streams.flush("log")
            #expect(try streams.figures() == Figures(rejected: 1))
        }
    }

    @Test func `a changed definition takes effect though records keep coming`() async throws {
        let site = try StreamSite()
        try await site.running(StreamSite.stream()) { streams in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled { _ = try await streams.take(record(1)) }
                }
                #expect(try await eventually { try streams.figures().received > 0 })
                try await streams.apply(site.project([try StreamSite.stream(dedupe: "n")]))
                group.cancelAll()
            }
            #expect(streams.definition("log")?.dedupe == "n")
            try await streams.flush("log")
            let figures = try streams.figures()
            #expect(figures.buffered == 0)
            #expect(try await site.rows("raw.log", "count(*)") == [["\(figures.delivered)"]])
        }
    }

    @Test func `every record that a removed stream acked is delivered, and later ones are refused`() async throws {
        let site = try StreamSite()
        try await site.running(StreamSite.stream(), StreamSite.stream("other"), delivering: true) { streams in
            let acked = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var acked = 0
                        while true {
                            do {
                                acked += try await streams.take(record(acked)).records
                            } catch let refusal as StreamRefusal {
                                #expect(refusal.description.hasPrefix("no stream log; "))
                                return acked
                            }
                        }
                    }
                }
                #expect(try await eventually { try streams.figures().received > 0 })
                try await streams.apply(site.project([try StreamSite.stream("other"), try StreamSite.stream("new")]))
                return try await group.reduce(0, +)
            }
            #expect(streams.status().map(\.name) == ["new", "other"])
            #expect(try await site.rows("raw.log", "count(*)") == [["\(acked)"]])
            _ = try await streams.take(record(1), into: "new")
            #expect(try streams.figures("new") == Figures(buffered: 1))
        }
    }

    @Test func `a stream that can't be delivered is not removed, and goes on`() async throws {
        let site = try StreamSite()
        try await site.running(StreamSite.stream()) { streams in
            _ = try await streams.take(record(1))
            let segment = site.folder(".weir/buffers/log/00000000000000000001.segment")
            try FileManager.default.moveItem(atPath: segment, toPath: segment + ".away")
            let failure = await #expect(throws: WorkFailure.self) { try await streams.apply(site.project([])) }
            #expect(failure?.message.contains("00000000000000000001.segment") == true)
            #expect(try streams.figures() == Figures(buffered: 1))
            _ = try await streams.take(record(2))
            try FileManager.default.moveItem(atPath: segment + ".away", toPath: segment)
            try await streams.apply(site.project([]))
            #expect(streams.status().isEmpty)
        }
        #expect(try await site.rows("raw.log", "n", "ORDER BY n") == [["1"], ["2"]])
    }
}
