package import DuckDB

extension ExtractStatement {
    /// Runs in a worker process. Throws `WorkFailure` or `DuckDBError`.
    package func perform(in session: Session, context: WorkerContext) throws -> ExtractOutcome {
        switch DatabaseAddress.Kind(rawValue: kind) {
        case .sqlite:
            let source = try SQLiteSource(location, in: session)
            func copyAll(surveying everything: Bool) throws -> ExtractOutcome {
                try source.atOneMoment {
                    try self.copyAll(source.tables(), of: source.path, context) { table, file in
                        try source.copy(table, to: file, surveying: everything)
                    }
                }
            }
            do {
                return try copyAll(surveying: false)
            } catch is SQLiteSource.BrokenPromise {
                // All again, from one later moment.
                return try copyAll(surveying: true)
            }
        case .postgres:
            let address = DatabaseAddress(kind: .postgres, location: location)
            let source = try PostgresSource(address, in: session)
            return try source.atOneMoment {
                try copyAll(source.tables(), of: "\(address)", context) { table, file in
                    try source.copy(table, to: file)
                    return []
                }
            }
        case .mysql, nil:
            throw WorkFailure(
                .extractFailed, "an extract can't read \(kind) yet: sqlite: and postgres:// are what it reads")
        }
    }

    /// Copies each table by its name in the source, which may differ from the asked one in case.
    private func copyAll(
        _ names: [String], of source: String, _ context: WorkerContext, copy: (String, String) throws -> [String]
    ) throws -> ExtractOutcome {
        var outcome = ExtractOutcome(files: [:])
        for (index, table) in tables.enumerated() {
            try context.checkCancelled()
            guard
                let name = names.first(where: { $0 == table })
                    ?? names.first(where: { $0.lowercased() == table.lowercased() })
            else {
                let nearest = NearestName.of(table, among: names).map { "; did you mean \($0)?" } ?? ""
                throw WorkFailure(.extractFailed, "no table \(table) in \(source)\(nearest)")
            }
            let file = "\(outputDirectory)/\(index).parquet"
            let notes = try copy(name, file)
            outcome.files[table] = try StagedFile.finishing(file)
            outcome.notes += notes.map { "\(table).\($0)" }
        }
        return outcome
    }
}
