import TestSupport
import Testing

@testable import DuckDB

/// Lines scanned through DuckDB, surveyed first as a delivery does.
struct ScannedText {
    var columns: [ScanColumn]
    var partitions: [Int]
    /// All good rows in order, without the scan's own columns.
    var rows: [[String?]]
    /// Reasons, and the lines as they were written to the files.
    var rejects: [String: [String]]

    /// A batch whose memory the test owns.
    static func batch(_ blocks: [[UInt8]], arrival: Int64 = 0) -> RecordBatch {
        let owners = blocks.map { Memory($0) }
        return RecordBatch(
            blocks: owners.map { .init(bytes: UnsafeRawBufferPointer($0.bytes), arrival: arrival) }, owners: owners)
    }

    final class Memory {
        let bytes: UnsafeMutableBufferPointer<UInt8>
        init(_ text: [UInt8]) {
            bytes = .allocate(capacity: text.count)
            _ = bytes.initialize(from: text)
        }
        deinit { bytes.deallocate() }
    }

    init(
        _ text: String, format: RecordLayout.Format = .json, columns: [ScanColumn] = [], time: String? = nil,
        zone: String = "UTC", hourly: Bool = false, arrival: Int64 = 0
    ) throws {
        try self.init(
            [Array(text.utf8)], format: format, columns: columns, time: time, zone: zone, hourly: hourly,
            arrival: arrival)
    }

    init(
        _ blocks: [[UInt8]], format: RecordLayout.Format = .json, columns: [ScanColumn] = [], time: String? = nil,
        zone: String = "UTC", hourly: Bool = false, arrival: Int64 = 0, threads: Int = 1
    ) throws {
        let folder = TemporaryDirectory()
        let batch = Self.batch(blocks, arrival: arrival)
        var layout = RecordLayout(format: format, columns: columns, timeField: time, timeZone: zone, hourly: hourly)
        if format == .combined { layout.columns = CombinedLine.columns }
        let survey = try RecordSurvey(batch, layout)
        self.columns = survey.columns
        partitions = survey.partitions
        layout.columns = survey.columns
        let files = RejectFiles(directory: folder.path)
        let scan = RecordScan(batch, layout, rejects: files)
        let session = try Session(.init(threads: threads, memory: nil, temporaryDirectory: nil))
        rows = try session.withRecords(scan) { table in
            let list = layout.columns.map { SQLText.identifier($0.name) }.joined(separator: ", ")
            return try session.rows(
                "SELECT \(list.isEmpty ? scan.orderColumn : list) FROM \(table) ORDER BY \(scan.orderColumn)"
            ).rows
        }
        rejects = [:]
        for file in try files.finish() {
            let name = file.path.split(separator: "/").last.map(String.init) ?? ""
            let lines = try folder.read(name).split(separator: "\n").map(String.init)
            #expect(lines.count == file.records)
            rejects[file.reason, default: []] += lines
        }
    }

    func column(_ name: String) -> [String?]? {
        columns.firstIndex { $0.name == name }.map { place in rows.map { $0[place] } }
    }
}
