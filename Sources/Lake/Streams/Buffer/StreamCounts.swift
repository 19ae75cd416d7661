/// The counts of a stream's records. Each record that was taken is in exactly one of four places, so what was
/// received is their sum; no count of it is kept that could come to disagree.
struct StreamCounts: Hashable, Sendable {
    var delivered: Int64 = 0
    var rejected: Int64 = 0
    var duplicates: Int64 = 0
    var buffered: Int64 = 0

    var received: Int64 { delivered + rejected + duplicates + buffered }

    mutating func took(_ records: Int) { buffered += Int64(records) }

    /// Records left the buffer.
    mutating func settled(delivered: Int, rejected: Int, duplicates: Int) {
        buffered -= Int64(delivered + rejected + duplicates)
        self.delivered += Int64(delivered)
        self.rejected += Int64(rejected)
        self.duplicates += Int64(duplicates)
    }

    /// Rejected records went back into the buffer: they were received once and wait again.
    mutating func redrove(_ records: Int) {
        rejected -= Int64(records)
        buffered += Int64(records)
    }
}
