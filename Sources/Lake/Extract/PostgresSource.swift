internal import DuckDB

/// A PostgreSQL database that a session has attached, read only.
struct PostgresSource {
    let session: Session
    private let address: DatabaseAddress
    private let catalog = "source"

    /// Throws `WorkFailure` when the server can't be reached; what it says is told without the address's secret.
    init(_ address: DatabaseAddress, in session: Session) throws {
        self.session = session
        self.address = address
        try session.loadExtension("postgres_scanner")
        do {
            try session.execute("ATTACH \(SQLText.literal(address.location)) AS \(catalog) (TYPE postgres, READ_ONLY)")
        } catch let error as DuckDBError {
            throw WorkFailure(.extractFailed, "can't reach \(address): \(address.scrubbed(error.description))")
        }
    }

    /// Runs the body in one transaction: everything read in it belongs to one moment of the database.
    func atOneMoment<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            try session.execute("BEGIN")
            let result = try body()
            try session.execute("COMMIT")
            return result
        } catch let error as DuckDBError where error != .interrupted {
            throw WorkFailure(.extractFailed, address.scrubbed(error.description))
        }
    }

    /// Its tables and views: `companies` in the schema `public`, `hr.companies` in others.
    func tables() throws -> [String] {
        try session.rows(
            """
            SELECT CASE table_schema WHEN 'public' THEN '' ELSE table_schema || '.' END || table_name
            FROM information_schema.tables WHERE table_catalog = '\(catalog)'
                AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
            """
        ).rows.compactMap { $0[0] }
    }

    /// Writes a table into a Parquet file, its rows sorted by all columns, so that equal content makes equal files.
    func copy(_ table: String, to file: String) throws {
        let parts = table.split(separator: ".", maxSplits: 1).map(String.init)
        let name = ([catalog] + (parts.count == 2 ? parts : ["public", table])).map(SQLText.identifier)
        try session.execute(
            """
            COPY (SELECT * FROM \(name.joined(separator: ".")) ORDER BY ALL)
            TO \(SQLText.literal(file)) (FORMAT parquet, COMPRESSION zstd)
            """)
    }
}

extension DatabaseAddress {
    /// A driver's message without the address and its secret. A driver may repeat the whole address or parts of it.
    func scrubbed(_ message: String) -> String {
        var text = message.replacing(location, with: description)
        if let userinfo = location.firstRange(of: "://").flatMap({ scheme -> Substring? in
            let rest = location[scheme.upperBound...]
            return rest.lastIndex(of: "@").map { rest[..<$0] }
        }), let colon = userinfo.firstIndex(of: ":") {
            let password = userinfo[userinfo.index(after: colon)...]
            if !password.isEmpty { text = text.replacing(password, with: "…") }
        }
        return text.split(separator: "\n").map { $0.trimmingPrefix(" ") }.joined(separator: " ")
    }
}
