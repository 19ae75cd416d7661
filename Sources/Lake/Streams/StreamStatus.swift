/// A stream's rates and counts: received = delivered + rejected + duplicates + buffered.
package struct StreamStatus: Sendable, Hashable, Codable {
    package var name: String
    package var received: Int64
    package var delivered: Int64
    package var rejected: Int64
    package var duplicates: Int64
    package var buffered: Int64
    package var bufferedBytes: Int64
    package var recordsPerSecond: Double
    package var bytesPerSecond: Double
    /// Seconds that the oldest buffered record has waited; 0 when the buffer is empty.
    package var lagSeconds: Double
    /// Records in each of the last seconds, oldest first, at most 60.
    package var history: [Int]
    package var paused: Bool
    /// Why the last delivery or write failed, or what recovery found damaged; nil when all is well.
    package var problem: String?
    /// The files that it tails; nil when it tails none.
    package var tail: TailStatus?

    package init(
        name: String, received: Int64, delivered: Int64, rejected: Int64, duplicates: Int64, buffered: Int64,
        bufferedBytes: Int64, recordsPerSecond: Double, bytesPerSecond: Double, lagSeconds: Double, history: [Int],
        paused: Bool, problem: String? = nil, tail: TailStatus? = nil
    ) {
        self.name = name
        self.received = received
        self.delivered = delivered
        self.rejected = rejected
        self.duplicates = duplicates
        self.buffered = buffered
        self.bufferedBytes = bufferedBytes
        self.recordsPerSecond = recordsPerSecond
        self.bytesPerSecond = bytesPerSecond
        self.lagSeconds = lagSeconds
        self.history = history
        self.paused = paused
        self.problem = problem
        self.tail = tail
    }
}
