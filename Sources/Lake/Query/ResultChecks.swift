import DuckDB

/// What must hold of a staged result before it is published.
struct ResultChecks {
    private let checks: [Check]
    private let file: StagedFile
    private let rows: String

    /// The partition's keys are columns of the rows that are checked, although the file has none.
    init(_ checks: [Check], of file: StagedFile, partition: [PartitionValue]) {
        self.checks = checks
        self.file = file
        let keys = partition.map { ", \($0.sql) AS \(SQLText.identifier($0.key))" }.joined()
        rows = "(SELECT *\(keys) FROM read_parquet(\(SQLText.literal(file.path)), hive_partitioning = false))"
        names = file.columns.map(\.name) + partition.map(\.key)
    }
    private let names: [String]

    /// Tries all of them. Throws `Check.Failed` with the first one's count, and the first failing rows of each in
    /// its detail.
    func hold(in session: Session) throws {
        var findings: [(message: String, detail: String)] = []
        for check in checks {
            if let finding = try finding(of: check, in: session) { findings.append(finding) }
        }
        guard let first = findings.first else { return }
        let more = findings.count - 1
        let message = first.message + (more > 0 ? " (and \(more) more check\(more > 1 ? "s" : ""))" : "")
        throw WorkFailure(
            .checkFailed, message, detail: findings.map { "\($0.message)\n\($0.detail)" }.joined(separator: "\n\n"))
    }

    private func finding(of check: Check, in session: Session) throws -> (message: String, detail: String)? {
        let mentioned = check.columns
        if let unknown = mentioned.first(where: { name in !names.contains { $0.lowercased() == name.lowercased() } }) {
            let nearest = NearestName.of(unknown, among: names).map { "; did you mean \($0)?" } ?? ""
            return (
                "\(check): the result has no column \(unknown)\(nearest)", "columns: " + names.joined(separator: ", ")
            )
        }
        let failing: TextRows
        let count: Int
        do {
            let selected = "SELECT * FROM \(rows) AS result WHERE \(check.failing)\n"
            count = Int(try session.value("SELECT count(*) FROM (\(selected))") ?? "") ?? 0
            guard count > 0 else { return nil }
            let order = mentioned.isEmpty ? "" : "ORDER BY " + mentioned.map(SQLText.identifier).joined(separator: ", ")
            failing = try session.rows("\(selected) \(order) LIMIT \(Self.shown)")
        } catch DuckDBError.invalid(let message, _) {
            let line = message.split(separator: "\n").joined(separator: " ")
            return ("\(check): \(line)", message)
        }
        let verb = count == 1 ? "fails" : "fail"
        let message = "\(check): \(Self.grouped(count)) of \(Self.grouped(file.rows)) rows \(verb)"
        return (message, TextTable(failing, first: mentioned).text)
    }

    private static let shown = 10

    /// 1204 as 1,204.
    private static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return digits
    }
}

extension Check: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notNull(let columns): "check not-null [\(columns.joined(separator: ", "))]"
        case .unique(let columns): "check unique [\(columns.joined(separator: ", "))]"
        case .sql(let condition): "check sql [\(condition)]"
        }
    }

    fileprivate var columns: [String] {
        switch self {
        case .notNull(let columns), .unique(let columns): columns
        case .sql: []
        }
    }

    /// True for the rows that break it. A condition that is NULL does not hold; NULLs are equal to each other.
    fileprivate var failing: String {
        let names = columns.map(SQLText.identifier)
        return switch self {
        case .notNull: names.map { "\($0) IS NULL" }.joined(separator: " OR ")
        case .unique: "true QUALIFY count(*) OVER (PARTITION BY \(names.joined(separator: ", "))) > 1"
        case .sql(let condition): "(\(condition)\n) IS NOT TRUE"
        }
    }
}
