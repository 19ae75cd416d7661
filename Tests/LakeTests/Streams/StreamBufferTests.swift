import Foundation
import Glibc
import TestSupport
import Testing

@testable import Lake

@Suite struct StreamBufferTests {
    let folder = TemporaryDirectory()

    private func open(delivered: Int64 = 0, limits: StreamBuffer.Limits = .init()) throws -> StreamBuffer {
        let recovered = try RecoveredBuffer(folder: folder("buffer"), deliveredThrough: delivered)
        return StreamBuffer(stream: "log", recovered: recovered, counts: StreamCounts(), limits: limits)
    }
    private func lines(_ text: String) -> [UInt8] { Array(text.utf8) }
    private var segments: [String] {
        ((try? Disk.names(in: folder("buffer"))) ?? []).filter { $0.hasSuffix(".segment") }
    }

    @Test func `records are in the file when the append returns, in the order of their sequence`() async throws {
        let buffer = try open()
        let first = try await buffer.append(lines("a\n"), records: 1, arrival: 5)
        let second = try await buffer.append(lines("b\nc\n"), records: 2, arrival: 6)
        #expect([first, second] == [1, 2])
        let again = try RecoveredBuffer(folder: folder("buffer"), deliveredThrough: 0)
        #expect(again.index.records == 3)
        #expect(again.nextSequence == 3)
        #expect(buffer.standing().counts.received == 3)
    }

    @Test func `many appends at once are all told, each with a frame of its own`() async throws {
        let buffer = try open()
        let sequences = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<200 {
                group.addTask { try await buffer.append(lines("\(number)\n"), records: 1, arrival: 0) }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(sequences == Set(1...200))
        #expect(try RecoveredBuffer(folder: folder("buffer"), deliveredThrough: 0).index.records == 200)
    }

    @Test func `sequences go on after a restart, also when every segment is gone`() async throws {
        _ = try await open().append(lines("a\n"), records: 1, arrival: 0)
        #expect(try await open().append(lines("b\n"), records: 1, arrival: 0) == 2)
        let later = try open(delivered: 2)
        #expect(segments.isEmpty)
        #expect(try await later.append(lines("c\n"), records: 1, arrival: 0) == 3)
    }

    @Test func `a full segment is followed by another, and goes when its records were settled`() async throws {
        let buffer = try open(limits: .init(segmentBytes: 4096))
        for _ in 0..<3 {
            _ = try await buffer.append(lines(String(repeating: "x", count: 2500)), records: 1, arrival: 0)
        }
        #expect(segments.count == 3)
        let batch = try #require(buffer.batch(limit: 1 << 20))
        #expect(batch.records == 3)
        #expect(batch.segments.count == 3)
        await buffer.settle(batch, DeliveryCounts(delivered: 2, rejected: 1, duplicates: 0, redriven: 0))
        #expect(segments.count == 1)
        let counts = buffer.standing().counts
        #expect(counts == StreamCounts(delivered: 2, rejected: 1, duplicates: 0, buffered: 0))
    }

    @Test func `more than may wait is refused as busy, and taken once there is room`() async throws {
        let buffer = try open(limits: .init(waitingBytes: 1000))
        // Larger than the limit, alone: taken.
        _ = try await buffer.append(lines(String(repeating: "x", count: 2000)), records: 1, arrival: 0)
        let outcomes = await withTaskGroup(of: StreamRefusal?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        _ = try await buffer.append(
                            lines(String(repeating: "y", count: 900)), records: 1, arrival: 0)
                        return nil
                    } catch { return error as? StreamRefusal }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let refused = outcomes.compactMap(\.self)
        #expect(refused.allSatisfy { $0 == .busy(stream: "log", seconds: 1) })
        #expect(!refused.isEmpty)
        _ = try await buffer.append(lines("z\n"), records: 1, arrival: 0)
        #expect(Int(buffer.standing().counts.received) == 2 + outcomes.count - refused.count)
    }

    @Test func `after a failed fdatasync nothing on that file is acked again`() async throws {
        let buffer = try open()
        _ = try await buffer.append(lines("kept\n"), records: 1, arrival: 0)
        // A pipe takes writes but can't be synced, which is as near to a dying disk as a test can get for real.
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let descriptor = try #require(openDescriptor(of: folder("buffer") + "/" + segments[0]))
        #expect(dup2(ends[1], descriptor) == descriptor)
        let failure = await #expect(throws: StreamRefusal.self) {
            try await buffer.append(lines("lost\n"), records: 1, arrival: 0)
        }
        #expect(failure?.description.contains("stream log could not store the records: can't write to") == true)
        close(ends[0])
        close(ends[1])
        #expect(try await buffer.append(lines("after\n"), records: 1, arrival: 0) == 3)
        #expect(segments.count == 2)
        #expect(buffer.standing().counts.received == 2)
        #expect(buffer.standing().problem == nil)
        // The failed frame's number is in no batch.
        #expect(buffer.batch(limit: 1 << 20)?.last == 1)
    }

    @Test func `damage in the middle is put aside by name and the rest is kept`() async throws {
        let buffer = try open()
        for text in ["one\n", "two\n", "three\n"] { _ = try await buffer.append(lines(text), records: 1, arrival: 0) }
        let path = folder("buffer") + "/" + segments[0]
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[Frame.headerSize * 2 + 6] ^= 0x40
        try bytes.write(to: URL(fileURLWithPath: path))
        let recovered = try RecoveredBuffer(folder: folder("buffer"), deliveredThrough: 0)
        #expect(recovered.index.records == 2)
        #expect(recovered.nextSequence == 4)
        let name = "damaged-00000000000000000001.segment-at-52"
        #expect(recovered.quarantined == [folder("buffer") + "/" + name])
        let copy = try Data(contentsOf: URL(fileURLWithPath: folder("buffer/" + name)))
        #expect(copy.starts(with: Data("WFR1".utf8)))
        // The next start finds it again, and does not mistake the copy for a segment.
        #expect(try RecoveredBuffer(folder: folder("buffer"), deliveredThrough: 0).index.records == 2)
    }

    @Test func `on a full disk nothing is acked that isn't stored, and it goes on when space returns`() async throws {
        let small = folder("small")
        try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
        try #require(
            mount("weir-test", small, "tmpfs", 0, "size=1m") == 0,
            "this test mounts a small disk, so it runs as root: \(String(cString: strerror(errno)))")
        defer { umount2(small, Int32(MNT_DETACH)) }
        let recovered = try RecoveredBuffer(folder: small + "/buffer", deliveredThrough: 0)
        let buffer = StreamBuffer(
            stream: "log", recovered: recovered, counts: StreamCounts(), limits: .init(segmentBytes: 256 << 10))
        let payload = lines(String(repeating: "x", count: 100 << 10))
        var acked = 0
        let failure = await #expect(throws: StreamRefusal.self) {
            // Far more than fits.
            for _ in 0..<100 {
                _ = try await buffer.append(payload, records: 1, arrival: 0)
                acked += 1
            }
        }
        #expect(failure?.description.contains("is full: free some space; nothing was lost") == true)
        #expect(acked > 0)
        #expect(try RecoveredBuffer(folder: small + "/buffer", deliveredThrough: 0).index.records == acked)
        #expect(buffer.standing().problem?.contains("is full") == true)
        let batch = try #require(buffer.batch(limit: 500 << 10))
        await buffer.settle(
            batch, DeliveryCounts(delivered: batch.records, rejected: 0, duplicates: 0, redriven: 0))
        _ = try await buffer.append(payload, records: 1, arrival: 0)
        #expect(buffer.standing().problem == nil)
        #expect(buffer.standing().counts.received == Int64(acked + 1))
    }

    private func openDescriptor(of path: String) -> Int32? {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.compactMap(Int32.init).first {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
        }
    }
}
