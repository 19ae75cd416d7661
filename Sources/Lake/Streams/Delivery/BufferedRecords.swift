import DuckDB

/// Which frames of which segments make a batch.
package struct BufferedRecords: Sendable, Hashable, Codable {
    /// Absolute paths, in order.
    package var segments: [String]
    /// By sequence.
    package var first: Int64
    package var last: Int64
    /// What the frames' headers promise together.
    package var records: Int

    package init(segments: [String], first: Int64, last: Int64, records: Int) {
        self.segments = segments
        self.first = first
        self.last = last
        self.records = records
    }

    /// Maps the segments and finds the frames, checking each. Throws `WorkFailure` when one is missing: a batch is
    /// delivered whole or not at all.
    func load() throws -> RecordBatch {
        var blocks: [RecordBatch.Block] = []
        var owners: [AnyObject] = []
        var found = 0
        var next = first
        for path in segments {
            let file = try MappedFile(path)
            owners.append(file)
            guard let name = path.split(separator: "/").last.flatMap({ SegmentName(String($0)) }) else { continue }
            let contents = SegmentContents(file.contents, firstSequence: name.first, through: last)
            for placed in contents.frames {
                let frame = placed.frame
                guard frame.sequence == next, frame.sequence <= last else { continue }
                next += 1
                found += frame.records
                let start = placed.offset + Frame.headerSize
                blocks.append(
                    RecordBatch.Block(
                        bytes: UnsafeRawBufferPointer(rebasing: file.contents[start..<(start + frame.length)]),
                        arrival: frame.arrival))
            }
        }
        guard next == last + 1, found == records else {
            throw WorkFailure(
                .queryFailed, "the buffer holds \(found) of the batch's \(records) records",
                detail: "frames \(first) to \(last) of \(segments.joined(separator: ", "))")
        }
        return RecordBatch(blocks: blocks, owners: owners)
    }
}

extension RecordLayout {
    /// `columns` are a table's, in DuckDB's words. What other programs put there may have types that the scanner
    /// doesn't write; DuckDB reads the nearest one together with them.
    init(
        format: RecordFormat, columns: [Column], timeField: String?, timeZone: String, partition: Granularity
    ) {
        let scanned = columns.map { column in
            let kind = ScanColumn.Kind(rawValue: column.type) ?? Self.nearest(column.type)
            return ScanColumn(name: column.name, kind: kind)
        }
        let (read, filled): (Format, [ScanColumn]) =
            switch format {
            case .json: (.json, scanned)
            case .combined: (.combined, CombinedLine.columns)
            case .csv(let shape): (.csv(shape), scanned)
            }
        self.init(
            format: read, columns: filled, timeField: timeField, timeZone: timeZone, hourly: partition == .hour)
    }

    private static func nearest(_ type: String) -> ScanColumn.Kind {
        if type.hasSuffix("INT") || type.hasSuffix("INTEGER") { return .bigint }
        if type == "FLOAT" || type.hasPrefix("DECIMAL") { return .double }
        return type.hasPrefix("TIMESTAMP") || type == "DATE" ? .timestamp : .varchar
    }
}
