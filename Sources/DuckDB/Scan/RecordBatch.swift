import Synchronization

/// The lines of a batch in memory, in blocks as they arrived.
///
/// `@unchecked Sendable`: the pointers are only read, and `owners` keep what they point to alive and unchanged for as
/// long as this lives.
package final class RecordBatch: @unchecked Sendable {
    package struct Block {
        package var bytes: UnsafeRawBufferPointer
        /// Milliseconds since 1970.
        package var arrival: Int64

        package init(bytes: UnsafeRawBufferPointer, arrival: Int64) {
            self.bytes = bytes
            self.arrival = arrival
        }
    }
    let blocks: [Block]
    private let owners: [AnyObject]

    package init(blocks: [Block], owners: [AnyObject]) {
        self.blocks = blocks
        self.owners = owners
    }

    var size: Int { blocks.reduce(0) { $0 + $1.bytes.count } }

    /// Calls the body for each line that is a record, and `before` before each block.
    func eachLine(
        before: () throws -> Void, _ body: (_ start: Bytes, _ end: Bytes, _ arrival: Int64) throws -> Void
    ) rethrows {
        for block in blocks {
            try before()
            guard var at = block.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { continue }
            let end = at + block.bytes.count
            while at < end {
                let stop = RecordLines.lineEnd(at, end)
                if !RecordLines.isBlank(at, stop) {
                    try body(at, RecordLines.trimmed(at, stop), block.arrival)
                }
                at = stop + 1
            }
        }
    }
}
