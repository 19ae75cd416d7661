import CDuckDB
import Synchronization

/// A batch as a table: one row a good line. Three columns follow those of the layout: `partitionColumn` (days or hours
/// since 1970 in local time), `timeColumn` (the record's time, or its arrival) and `orderColumn` (rises as the records
/// came). It is scanned once.
package final class RecordScan: Sendable {
    package let layout: RecordLayout
    package let partitionColumn: String
    package let timeColumn: String
    package let orderColumn: String
    let batch: RecordBatch
    let rejects: RejectFiles
    private let next = Atomic<Int>(0)
    private let started = Atomic<Bool>(false)

    package init(_ batch: RecordBatch, _ layout: RecordLayout, rejects: RejectFiles) {
        var layout = layout
        if let time = layout.timeField { layout.claim(time: time) }
        self.layout = layout
        self.batch = batch
        self.rejects = rejects
        let names = Set(layout.columns.map { $0.name.lowercased() })
        func free(_ name: String) -> String { names.contains(name) ? free(name + "_") : name }
        partitionColumn = free("partition")
        timeColumn = free("moment")
        orderColumn = free("place")
    }

    /// The columns of the table, in order.
    var columns: [ScanColumn] {
        layout.columns + [
            ScanColumn(name: partitionColumn, kind: .bigint), ScanColumn(name: timeColumn, kind: .timestamp),
            ScanColumn(name: orderColumn, kind: .bigint),
        ]
    }

    /// The next block that no thread has taken, by its index.
    func claim() -> Int? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < batch.blocks.count ? index : nil
    }

    /// False the second time: rejects would be written twice.
    func start() -> Bool { !started.exchange(true, ordering: .relaxed) }
}

/// One thread's part of a scan.
final class ScanLane {
    private let scan: RecordScan
    private let reader: RecordReader
    private let kinds: [ScanColumn.Kind]
    private var at: Bytes?
    private var end: Bytes?
    private var arrival: Int64 = 0
    /// The block's index and the line's number in it, in one.
    private var place = 0

    init(_ scan: RecordScan) throws {
        self.scan = scan
        reader = try RecordReader(scan.layout)
        kinds = scan.columns.map(\.kind)
    }

    /// Fills a chunk with the rows of the next good lines; returns how many, 0 at the end.
    func fill(_ chunk: wd_chunk_p, capacity: Int) throws -> Int {
        let sinks = kinds.enumerated().map { VectorSink(chunk, column: $0, kind: $1) }
        return try sinks.withUnsafeBufferPointer { sinks in
            var row = 0
            while row < capacity {
                guard let start = at, let end, start < end else {
                    guard claim() else { break }
                    continue
                }
                let stop = RecordLines.lineEnd(start, end)
                at = stop + 1
                if RecordLines.isBlank(start, stop) { continue }
                let lineEnd = RecordLines.trimmed(start, stop)
                if let rejection = reader.read(start, lineEnd, arrival: arrival) ?? store(sinks, row) {
                    try reject(UnsafeBufferPointer(start: start, count: lineEnd - start), rejection)
                } else {
                    row += 1
                }
            }
            return row
        }
    }

    @inline(__always)
    private func store(_ sinks: UnsafeBufferPointer<VectorSink>, _ row: Int) -> Rejection? {
        let count = sinks.count - 3
        let values = reader.values
        for column in 0..<count where !sinks[column].put(values[column], row: row, reader) {
            return .type(column: column)
        }
        sinks[count].put(number: reader.partition(), row: row)
        sinks[count + 1].put(number: reader.time, row: row)
        sinks[count + 2].put(number: place, row: row)
        place += 1
        return nil
    }

    private func claim() -> Bool {
        guard let index = scan.claim() else { return false }
        let block = scan.batch.blocks[index]
        place = index << 32
        at = block.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        end = at.map { $0 + block.bytes.count }
        arrival = block.arrival
        return true
    }

    private func reject(_ line: UnsafeBufferPointer<UInt8>, _ rejection: Rejection) throws {
        try scan.rejects.add(
            line, day: reader.day(ofArrival: arrival), keyword: rejection.keyword,
            reason: rejection.reason(scan.layout))
    }
}
