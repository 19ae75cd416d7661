import Console

/// Whether the analytics database serves what it should, by a second opinion.
struct ServedCheck {
    struct Outcome {
        var counts: ExpectedNumbers.Counts
        var tables: [(name: String, rows: Int)]
        /// The first ones, in words.
        var differences: [String]

        var rows: Int { tables.map(\.rows).reduce(0, +) }

        /// For people, a line each.
        var report: [String] {
            guard differences.isEmpty else {
                return ["the served numbers are wrong; the first differences:"] + differences.map { "  " + $0 }
            }
            return [
                "\(Figures.exact(rows)) served rows in \(Figure.several(tables.count, "table")) equal what was computed "
                    + "from \(Figures.exact(counts.lines)) log lines without Weir"
            ]
        }
    }

    static let shownDifferences = 10

    /// Computes every served table anew from the logs and compares them, row by row. Throws `DemoError`.
    static func run(_ folder: DemoFolder) throws -> Outcome {
        let expected = try ExpectedNumbers(folder, plan: try folder.plan())
        let database = try SQLiteFile(folder.analyticsDatabase, .read)
        let tables = expected.engagementTables + (folder.hasKPI ? [expected.recognition] : [])
        var differences: [String] = []
        for table in tables {
            differences += try table.differences(in: database, limit: shownDifferences - differences.count)
        }
        return Outcome(
            counts: expected.counts, tables: tables.map { ($0.name, $0.rows.count) }, differences: differences)
    }
}
