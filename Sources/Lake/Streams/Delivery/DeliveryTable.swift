import DuckDB

/// A batch's good records as a table of the worker's database.
struct DeliveryTable {
    let session: Session
    let scan: RecordScan
    private let name = "delivery"

    /// One partition's rows.
    struct Slice {
        var ordinal: Int
        var rows: Int
        /// Milliseconds since 1970.
        var first: Int64
        var last: Int64
    }

    private var partition: String { SQLText.identifier(scan.partitionColumn) }
    private var moment: String { SQLText.identifier(scan.timeColumn) }
    private var order: String { SQLText.identifier(scan.orderColumn) }

    init(session: Session, scan: RecordScan) {
        self.session = session
        self.scan = scan
    }

    func fill() throws {
        try session.withRecords(scan) { records in
            try session.execute("CREATE OR REPLACE TEMP TABLE \(name) AS SELECT * FROM \(records)")
        }
    }

    func drop() { try? session.execute("DROP TABLE IF EXISTS \(name)") }

    func count() throws -> Int { Int(try session.value("SELECT count(*) FROM \(name)") ?? "") ?? 0 }

    /// A record is a duplicate when its partition holds one with the same key: in this batch (the earliest stays) or in
    /// an object. Records without the key are never duplicates. Only the key's column of the partitions that the batch
    /// touches is read.
    func removeDuplicates(key: String, existing: (_ ordinal: Int) -> [String]) throws {
        let lowered = key.lowercased()
        guard let column = scan.layout.columns.first(where: { $0.name.lowercased() == lowered }) else { return }
        let key = SQLText.identifier(column.name)
        try session.execute(
            """
            DELETE FROM \(name) USING (
                SELECT \(partition) AS p, \(key) AS k, min(\(order)) AS first FROM \(name)
                WHERE \(key) IS NOT NULL GROUP BY ALL HAVING count(*) > 1) AS twice
            WHERE \(name).\(partition) = twice.p AND \(name).\(key) = twice.k AND \(name).\(order) <> twice.first
            """)
        for slice in try slices() {
            let files = existing(slice.ordinal)
            guard !files.isEmpty, let known = try keys(in: files, column) else { continue }
            try session.execute(
                "DELETE FROM \(name) WHERE \(partition) = \(slice.ordinal) AND \(key) IN (\(known))")
        }
    }

    /// A SELECT of the keys in some objects; nil when none of them has the column.
    private func keys(in files: [String], _ column: ScanColumn) throws -> String? {
        let list = files.map(SQLText.literal).joined(separator: ", ")
        let source = "read_parquet([\(list)], union_by_name = true, hive_partitioning = false)"
        let shape = try session.prepare("SELECT * FROM \(source)")
        guard let found = shape.columns.first(where: { $0.name.lowercased() == column.name.lowercased() }) else {
            return nil
        }
        let key = SQLText.identifier(found.name)
        return "SELECT TRY_CAST(\(key) AS \(column.kind.rawValue)) FROM \(source) WHERE \(key) IS NOT NULL"
    }

    /// The partitions that the table holds now, in order.
    func slices() throws -> [Slice] {
        try session.rows(
            """
            SELECT \(partition), count(*), epoch_ms(min(\(moment))), epoch_ms(max(\(moment)))
            FROM \(name) GROUP BY 1 ORDER BY 1
            """
        ).rows.map { row in
            let numbers = row.map { $0.flatMap { Int64($0) } ?? 0 }
            return Slice(ordinal: Int(numbers[0]), rows: Int(numbers[1]), first: numbers[2], last: numbers[3])
        }
    }

    /// Writes a partition's rows to a file, in the order of time.
    func write(_ slice: Slice, columns: [Column], to path: String) throws {
        let list = columns.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        try session.execute(
            """
            COPY (
                SELECT \(list) FROM \(name) WHERE \(partition) = \(slice.ordinal) ORDER BY \(moment), \(order)
            ) TO \(SQLText.literal(path)) (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, PARQUET_VERSION v2)
            """)
    }
}
