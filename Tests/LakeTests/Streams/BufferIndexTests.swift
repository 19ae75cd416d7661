import Testing

@testable import Lake

@Suite struct BufferIndexTests {
    private func frame(_ sequence: Int64, bytes: Int = 100, reject: Int64 = 0) -> Frame {
        Frame(length: bytes, records: 1, sequence: sequence, arrival: sequence * 10, reject: reject)
    }

    @Test func `a batch holds the oldest records up to its size, at least one frame`() {
        var index = BufferIndex()
        index.begin(segment: "a")
        for sequence in 1...3 { index.append(frame(Int64(sequence), bytes: BufferIndex.stretchBytes)) }
        let one = index.batch(limit: 10)
        #expect(one?.first == 1)
        #expect(one?.last == 1)
        let two = index.batch(limit: 2 * BufferIndex.stretchBytes)
        #expect(two?.last == 2)
        #expect(two?.records == 2)
        #expect(index.records == 3)
    }

    @Test func `what arrives during a delivery is not settled with it`() {
        var index = BufferIndex()
        index.begin(segment: "a")
        index.append(frame(1))
        let batch = index.batch(limit: 1000)
        index.append(frame(2))
        #expect(batch?.last == 1)
        #expect(index.settle(through: 1) == [])
        #expect(index.records == 1)
        #expect(index.oldestArrival == 20)
        #expect(index.batch(limit: 1000)?.first == 2)
    }

    @Test func `a segment goes when everything in it has left and it will not grow`() {
        var index = BufferIndex()
        index.begin(segment: "a")
        index.append(frame(1))
        #expect(index.settle(through: 1) == [])
        index.append(frame(2))
        index.begin(segment: "b")
        index.append(frame(3))
        #expect(index.settle(through: 2) == ["a"])
        index.seal()
        #expect(index.settle(through: 3) == ["b"])
        #expect(index.isEmpty)
        #expect(index.bytes == 0)
    }

    @Test func `a batch ends at a gap in the sequence`() {
        var index = BufferIndex()
        index.begin(segment: "a")
        index.append(frame(1))
        index.begin(segment: "b")
        index.append(frame(5))
        #expect(index.batch(limit: 1000)?.last == 1)
    }

    @Test func `a batch spans segments and names the rejects that were put back into it`() {
        var index = BufferIndex()
        index.begin(segment: "a")
        index.append(frame(1))
        index.begin(segment: "b")
        index.append(frame(2, reject: 9))
        let batch = index.batch(limit: 1000)
        #expect(batch?.segments == ["a", "b"])
        #expect(batch?.redriven == [9])
        _ = index.settle(through: 2)
        index.append(frame(3))
        #expect(index.batch(limit: 1000)?.redriven == [])
    }
}
