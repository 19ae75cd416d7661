import Glibc
import Store
import TestSupport
import Testing

@testable import Lake

@Suite struct TailPositionTests {
    let folder = TemporaryDirectory()

    static func position(_ source: Int64, offset: Int64, path: String = "/var/log/größe.log") -> TailPosition {
        TailPosition(
            source: source, path: path, identity: .init(device: .max, inode: 7), offset: offset, isSkipping: true,
            beginning: Fingerprint(length: 1024, checksum: .max), latest: Fingerprint(length: 256, checksum: 1),
            modified: 8,
            at: 9)
    }

    @Test func `positions are what they were, and a torn end is left out`() {
        let positions = [Self.position(1, offset: .max), Self.position(2, offset: 0, path: "")]
        let bytes = TailPosition.bytes(positions)
        bytes.withUnsafeBytes { #expect(TailPosition.list($0) == positions) }
        for length in 0..<bytes.count {
            bytes.withUnsafeBytes {
                let list = TailPosition.list(UnsafeRawBufferPointer(rebasing: $0[..<length]))
                #expect(list == Array(positions.prefix(list.count)) && list.count < 2)
            }
        }
    }

    private func open(delivered: Int64 = 0) throws -> (RecoveredBuffer, StreamBuffer) {
        let recovered = try RecoveredBuffer(folder: folder("buffer"), deliveredThrough: delivered)
        return (recovered, StreamBuffer(stream: "log", recovered: recovered, counts: StreamCounts()))
    }

    @Test func `a buffer gives back the newest position of each file, with a batch and after a crash`() async throws {
        let buffer = try open().1
        let lines = Array("a\n".utf8)
        for offset in 1...3 {
            _ = try await buffer.append(
                lines, records: 1, arrival: 0, positions: [Self.position(1, offset: Int64(offset))])
        }
        _ = try await buffer.append(lines, records: 1, arrival: 0, positions: [Self.position(2, offset: 9)])
        _ = try await buffer.append(lines, records: 1, arrival: 0)
        let expected: [Int64: TailPosition] = [1: Self.position(1, offset: 3), 2: Self.position(2, offset: 9)]
        #expect(buffer.batch(limit: 1 << 20)?.positions == expected)
        let again = try open().0
        #expect(again.index.positions == expected)
        #expect(again.index.records == 5)
        // Of what is delivered the store has the positions.
        #expect(try open(delivered: 3).0.index.positions == [2: Self.position(2, offset: 9)])
    }

    @Test func `a frame that was cut short leaves neither its lines nor its positions`() async throws {
        let buffer = try open().1
        for offset in [Int64(1), 2] {
            _ = try await buffer.append(
                Array("a\n".utf8), records: 1, arrival: 0, positions: [Self.position(1, offset: offset)])
        }
        let name = try #require(try Disk.names(in: folder("buffer")).first)
        let frame = Frame(
            length: 2, records: 1, sequence: 2, arrival: 0, reject: 0,
            positions: TailPosition.bytes([Self.position(1, offset: 2)]).count)
        #expect(truncate(folder("buffer/" + name), frame.size * 2 - 1) == 0)
        let recovered = try open().0
        #expect(recovered.index.positions == [1: Self.position(1, offset: 1)])
        #expect(recovered.index.records == 1)
        #expect(recovered.quarantined == [])
    }

    @Test func `the store keeps the newest position, what is finished, and when a pattern was first looked at`()
        async throws
    {
        let store = try Store.openForWriting(folder("weir.db"))
        try await store.write { writing in
            try writing.record([Self.position(1, offset: 1), Self.position(2, offset: 1)], stream: "log")
            try writing.record([Self.position(1, offset: 5)], stream: "log", finished: true)
            try writing.record([Self.position(1, offset: 6)], stream: "log")
            try writing.record([Self.position(1, offset: 7)], stream: "other")
            try writing.recordPatterns(["/a", "/b"], stream: "log", at: 5)
            try writing.recordPatterns(["/a"], stream: "log", at: 6)
            try writing.forgetPositions([2], stream: "log")
        }
        let record = try await store.read { try $0.tailRecord("log") }
        #expect(record.positions == [1: Self.position(1, offset: 6)])
        #expect(record.finished == [1])
        #expect(record.patterns == ["/a": 5, "/b": 5])
    }
}
