/// Turns buffered records into Parquet files, one a partition, and rejects into files of their own.
package struct DeliverStatement: Sendable, Hashable, Codable {
    package var stream: String
    package var format: RecordFormat
    package var timeField: String?
    package var timeZone: String
    package var partition: Granularity
    package var dedupe: String?
    /// The table's columns so far; the batch may widen them or add some.
    package var columns: [Column]
    /// Absolute paths of the segments that hold the batch, in order.
    package var segments: [String]
    /// The frames of the batch, by sequence.
    package var firstSequence: Int64
    package var lastSequence: Int64
    /// For `dedupe`: the objects of the partitions that the batch may touch, by partition.
    package var existing: [String: [String]]
    /// An existing folder for the files that it writes.
    package var outputDirectory: String

    package init(
        stream: String, format: RecordFormat, timeField: String?, timeZone: String, partition: Granularity,
        dedupe: String?, columns: [Column], segments: [String], firstSequence: Int64, lastSequence: Int64,
        existing: [String: [String]], outputDirectory: String
    ) {
        self.stream = stream
        self.format = format
        self.timeField = timeField
        self.timeZone = timeZone
        self.partition = partition
        self.dedupe = dedupe
        self.columns = columns
        self.segments = segments
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.existing = existing
        self.outputDirectory = outputDirectory
    }
}

/// delivered + rejected + duplicates are the batch's records.
package struct DeliverOutcome: Sendable, Hashable, Codable {
    package var files: [String: [StagedFile]]
    package var delivered: Int
    package var duplicates: Int
    package var rejects: [RejectFile]
    package var columns: [Column]

    package init(
        files: [String: [StagedFile]], delivered: Int, duplicates: Int, rejects: [RejectFile], columns: [Column]
    ) {
        self.files = files
        self.delivered = delivered
        self.duplicates = duplicates
        self.rejects = rejects
        self.columns = columns
    }
}

/// Rejected records of one day and reason, raw, a line each.
package struct RejectFile: Sendable, Hashable, Codable {
    /// The day of arrival, in the project's time zone.
    package var day: String
    package var reason: String
    package var records: Int
    package var path: String

    package init(day: String, reason: String, records: Int, path: String) {
        self.day = day
        self.reason = reason
        self.records = records
        self.path = path
    }
}
