package import DuckDB

/// A first look at a batch: which columns its table needs, and which partitions it touches. It decides nothing about
/// single records and writes nothing.
package struct SurveyStatement: Sendable, Hashable, Codable {
    package var batch: BufferedRecords
    package var format: RecordFormat
    package var timeField: String?
    package var timeZone: String
    package var partition: Granularity
    /// The table's columns so far.
    package var columns: [Column]

    package init(
        batch: BufferedRecords, format: RecordFormat, timeField: String?, timeZone: String, partition: Granularity,
        columns: [Column]
    ) {
        self.batch = batch
        self.format = format
        self.timeField = timeField
        self.timeZone = timeZone
        self.partition = partition
        self.columns = columns
    }

    /// Runs in a worker process, without its session: no SQL is needed. Throws `WorkFailure`.
    package func perform(in session: Session, context: WorkerContext) throws -> SurveyOutcome {
        let survey = try RecordSurvey(
            try batch.load(),
            RecordLayout(
                format: format, columns: columns, timeField: timeField, timeZone: timeZone, partition: partition),
            checking: context.checkCancelled)
        return SurveyOutcome(
            columns: survey.columns.map { Column(name: $0.name, type: $0.kind.rawValue) },
            partitions: survey.partitions.map { Interval(ordinal: $0, granularity: partition).partition })
    }
}

package struct SurveyOutcome: Sendable, Hashable, Codable {
    /// The table's columns with the batch's: widened, and new ones added.
    package var columns: [Column]
    /// In order of time.
    package var partitions: [String]

    package init(columns: [Column], partitions: [String]) {
        self.columns = columns
        self.partitions = partitions
    }
}

extension Interval {
    /// A day since 1970-01-01, or an hour since its midnight.
    init(ordinal: Int, granularity: Granularity) {
        switch granularity {
        case .day: self.init(day: ordinal)
        case .hour: self = Interval(day: 0, hour: 0).advanced(by: ordinal)
        }
    }
}
