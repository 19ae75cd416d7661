/// Copies tables of a database into staged Parquet files, all as of one moment.
package struct ExtractStatement: Sendable, Hashable, Codable {
    /// The database's kind and resolved address. It travels over the worker's pipe only and is never stored.
    package var kind: String
    package var location: String
    package var tables: [String]
    package var outputDirectory: String

    package init(kind: String, location: String, tables: [String], outputDirectory: String) {
        self.kind = kind
        self.location = location
        self.tables = tables
        self.outputDirectory = outputDirectory
    }
}
package struct ExtractOutcome: Sendable, Hashable, Codable {
    /// By table of the source.
    package var files: [String: StagedFile]
    /// Columns that were read otherwise than their declaration says, and why: `users.age: 3 of 1000 values are no
    /// BIGINT, so it was read as VARCHAR`.
    package var notes: [String]

    package init(files: [String: StagedFile], notes: [String] = []) {
        self.files = files
        self.notes = notes
    }
}
