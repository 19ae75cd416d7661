package import DuckDB

extension DeliverStatement {
    /// Runs in a worker process: scans the batch into a table, drops resent records, and writes one file a partition,
    /// ordered by time. Throws `WorkFailure` or `DuckDBError`.
    package func perform(in session: Session, context: WorkerContext) throws -> DeliverOutcome {
        let rejects = RejectFiles(directory: outputDirectory)
        let layout = RecordLayout(
            format: format, columns: columns, timeField: timeField, timeZone: timeZone, partition: partition)
        let scan = RecordScan(try batch.load(), layout, rejects: rejects)
        let table = DeliveryTable(session: session, scan: scan)
        defer { table.drop() }
        try table.fill()
        let scanned = try table.count()
        if let dedupe { try table.removeDuplicates(key: dedupe) { existing[partitionName($0)] ?? [] } }
        var files: [String: StagedFile] = [:]
        var delivered = 0
        for slice in try table.slices() {
            try context.checkCancelled()
            let path = outputDirectory + "/\(slice.ordinal).parquet"
            try table.write(slice, columns: fileColumns(scan), to: path)
            files[partitionName(slice.ordinal)] = try StagedFile.finishing(
                path, minTime: slice.first, maxTime: slice.last)
            delivered += slice.rows
        }
        let outcome = DeliverOutcome(
            files: files, delivered: delivered, duplicates: scanned - delivered,
            rejects: try rejects.finish().map { file in
                RejectFile(
                    day: Interval(day: file.day).description, reason: file.reason,
                    keyword: file.keyword.replacing(" ", with: "-"), records: file.records, path: file.path)
            })
        guard outcome.delivered + outcome.duplicates + outcome.rejected == batch.records else {
            throw WorkFailure(
                .queryFailed,
                "the scan found \(scanned) good and \(outcome.rejected) bad records where \(batch.records) were taken")
        }
        return outcome
    }

    private func partitionName(_ ordinal: Int) -> String {
        Interval(ordinal: ordinal, granularity: partition).partition
    }

    /// The partition's own value takes the name of its key.
    private func fileColumns(_ scan: RecordScan) -> [Column] {
        let keys = partition == .hour ? ["dt", "hour"] : ["dt"]
        let columns = scan.layout.columns.filter { !keys.contains($0.name.lowercased()) }
            .map { Column(name: $0.name, type: $0.kind.rawValue) }
        // A file has at least one.
        return columns.isEmpty ? [Column(name: scan.timeColumn, type: "TIMESTAMP")] : columns
    }
}
