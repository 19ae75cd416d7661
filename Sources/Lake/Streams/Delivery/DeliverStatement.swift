/// Turns buffered records into Parquet files, one a partition, and rejects into files of their own.
package struct DeliverStatement: Sendable, Hashable, Codable {
    package var batch: BufferedRecords
    package var format: RecordFormat
    package var timeField: String?
    package var timeZone: String
    package var partition: Granularity
    /// The field that tells resent records.
    package var dedupe: String?
    /// The columns that the table needs, as a survey of this batch found them.
    package var columns: [Column]
    /// For `dedupe`: absolute paths of the objects of each partition that the batch touches.
    package var existing: [String: [String]]
    /// An existing folder for the files that it writes.
    package var outputDirectory: String

    package init(
        batch: BufferedRecords, format: RecordFormat, timeField: String?, timeZone: String, partition: Granularity,
        dedupe: String?, columns: [Column], existing: [String: [String]], outputDirectory: String
    ) {
        self.batch = batch
        self.format = format
        self.timeField = timeField
        self.timeZone = timeZone
        self.partition = partition
        self.dedupe = dedupe
        self.columns = columns
        self.existing = existing
        self.outputDirectory = outputDirectory
    }
}

/// delivered + rejected + duplicates are the batch's records.
package struct DeliverOutcome: Sendable, Hashable, Codable {
    /// By partition.
    package var files: [String: StagedFile]
    package var delivered: Int
    package var duplicates: Int
    package var rejects: [RejectFile]

    package init(files: [String: StagedFile], delivered: Int, duplicates: Int, rejects: [RejectFile]) {
        self.files = files
        self.delivered = delivered
        self.duplicates = duplicates
        self.rejects = rejects
    }

    package var rejected: Int { rejects.reduce(0) { $0 + $1.records } }
}

/// Rejected records of one day and reason, raw, a line each.
package struct RejectFile: Sendable, Hashable, Codable {
    /// The day of arrival, in the project's time zone.
    package var day: String
    package var reason: String
    /// What the reason begins with, fit for a folder's name: `too-long`.
    package var keyword: String
    package var records: Int
    package var path: String

    package init(day: String, reason: String, keyword: String, records: Int, path: String) {
        self.day = day
        self.reason = reason
        self.keyword = keyword
        self.records = records
        self.path = path
    }
}
