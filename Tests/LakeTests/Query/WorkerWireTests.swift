import Testing

@testable import Lake

struct WorkerWireTests {
    @Test func `messages survive any cut of their bytes`() throws {
        let describe = DescribeStatement(file: "sql/a.sql", sql: "SELECT 'é' FROM t")
        let frames =
            try WorkerFrame.encode(WorkerRequest.perform(id: 1, .describe(describe)))
            + WorkerFrame.encode(WorkerRequest.cancel(id: 1))
        for cut in 1...frames.count {
            var reader = WorkerFrameReader()
            var seen: [WorkerRequest] = []
            for start in stride(from: 0, to: frames.count, by: cut) {
                reader.append(frames[start..<min(frames.count, start + cut)])
                while let request = try reader.next(WorkerRequest.self) { seen.append(request) }
            }
            #expect(seen.count == 2)
            guard case .perform(1, .describe(describe)) = seen.first, case .cancel(1) = seen.last else {
                Issue.record("cut \(cut): \(seen)")
                return
            }
        }
    }

    @Test func `a length beyond the limit and what is no message are damage`() {
        var reader = WorkerFrameReader()
        reader.append([255, 255, 255, 255])
        #expect(throws: WorkerFrameReader.Damage.self) { try reader.next(WorkerReply.self) }
        var other = WorkerFrameReader()
        other.append([2, 0, 0, 0, 91, 93])
        #expect(throws: DecodingError.self) { try other.next(WorkerReply.self) }
    }
}
