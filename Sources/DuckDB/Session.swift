import CDuckDB

/// One DuckDB instance with one connection, used by one thread at a time; its `handle` alone may be used from any.
/// Extensions are never fetched from the network, times are in UTC, and results keep the order of their input.
package final class Session {
    package struct Configuration: Sendable {
        package var threads: Int
        /// Bytes; nil: DuckDB's own default.
        package var memory: Int64?
        /// Where sorts and joins spill; nil: nowhere.
        package var temporaryDirectory: String?

        package init(threads: Int, memory: Int64?, temporaryDirectory: String?) {
            self.threads = threads
            self.memory = memory
            self.temporaryDirectory = temporaryDirectory
        }
    }

    /// Interrupts and watches from other threads.
    package let handle: SessionHandle
    let connection: UnsafeMutablePointer<wd_connection>?
    private let database: UnsafeMutablePointer<wd_database>?

    /// Loads the library if this process has not yet, and opens an in-memory database. Throws `DuckDBError`.
    package init(_ configuration: Configuration) throws {
        _ = try DuckDBLibrary.load()
        var options = [
            "threads": "\(configuration.threads)",
            "temp_directory": configuration.temporaryDirectory ?? "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        ]
        if let memory = configuration.memory { options["memory_limit"] = "\(memory)B" }
        database = try Self.open(options)
        var connection: UnsafeMutablePointer<wd_connection>?
        guard wd_connect(database, &connection) == 0 else {
            var closing = database
            wd_close(&closing)
            throw DuckDBError.failed("DuckDB can't open a connection")
        }
        self.connection = connection
        handle = SessionHandle(connection)
        try execute(Self.settings)
    }

    deinit {
        handle.close()
        var connection = connection
        wd_disconnect(&connection)
        var database = database
        wd_close(&database)
    }

    /// Errors carry positions; progress is counted but not drawn; profiles count the bytes that Parquet readers fetch,
    /// which is right only with prefetching and without the cache of files.
    private static let settings = """
        SET errors_as_json = true;
        SET TimeZone = 'UTC';
        SET enable_progress_bar = true;
        SET enable_progress_bar_print = false;
        SET progress_bar_time = 0;
        SET prefetch_all_parquet_files = true;
        SET enable_external_file_cache = false;
        PRAGMA enable_profiling = 'no_output';
        SET profiling_coverage = 'ALL';
        """

    private static func open(_ options: [String: String]) throws -> UnsafeMutablePointer<wd_database>? {
        var configuration: UnsafeMutablePointer<wd_config>?
        guard wd_create_config(&configuration) == 0 else { throw DuckDBError.failed("DuckDB can't be configured") }
        defer { wd_destroy_config(&configuration) }
        for (name, value) in options where wd_set_config(configuration, name, value) != 0 {
            throw DuckDBError.failed("DuckDB refuses \(name) = \(value)")
        }
        var database: UnsafeMutablePointer<wd_database>?
        var message: UnsafeMutablePointer<CChar>?
        guard wd_open_ext(nil, &database, configuration, &message) == 0 else {
            defer { wd_free(message) }
            throw DuckDBError.failed(message.map { String(cString: $0) } ?? "DuckDB can't open a database")
        }
        return database
    }

    /// Runs one or more statements and drops their results. Throws `DuckDBError`, as all of these do.
    package func execute(_ sql: String) throws {
        let result = QueryResult()
        guard wd_query(connection, sql, &result.result) == 0 else { throw result.error(in: sql) }
    }

    /// Runs one statement; reads at most `limit` rows of its result. A SELECT with columns of other types than numbers,
    /// text and booleans is run with casts to VARCHAR around it.
    package func rows(_ sql: String, _ parameters: [String: BoundValue] = [:], limit: Int = .max) throws -> TextRows {
        let statement = try PreparedStatement(sql, on: connection)
        var columns = statement.columns
        guard statement.isSelect, !columns.allSatisfy({ $0.type.isReadable }) else {
            try statement.bind(parameters)
            return try statement.execute().rows(limit: limit)
        }
        if columns.contains(where: { $0.type.id == nil }) {
            // Columns whose types depend on parameters show only in a result.
            columns = try result(of: sql, between: "SELECT * FROM (", ") LIMIT 0", parameters).columns
        }
        return try texts(of: sql, columns, parameters, limit: limit)
    }

    /// What a SELECT's result has, with the types that its parameters give it.
    package func columns(
        of select: String, _ parameters: [String: BoundValue] = [:]
    ) throws -> [(name: String, type: String)] {
        try result(of: select, between: "SELECT * FROM (", ") LIMIT 0", parameters).columns
            .map { ($0.name, $0.type.description) }
    }

    /// Runs a SELECT no further than its first rows need.
    package func firstRows(
        of select: String, limit: Int, _ parameters: [String: BoundValue] = [:]
    ) throws -> TextRows {
        let columns = try result(of: select, between: "SELECT * FROM (", ") LIMIT 0", parameters).columns
        return try texts(of: select, columns, parameters, limit: limit)
    }

    /// The columns as text by DuckDB's own casts.
    private func texts(
        of select: String, _ columns: [(name: String, type: LogicalType)], _ parameters: [String: BoundValue],
        limit: Int
    ) throws -> TextRows {
        let names = columns.indices.map { "c\($0)" }.joined(separator: ", ")
        let casts = columns.indices.map { "CAST(c\($0) AS VARCHAR)" }.joined(separator: ", ")
        let bound = limit < .max ? " LIMIT \(limit + 1)" : ""
        var answer = try result(
            of: select, between: "SELECT \(casts) FROM (", ") AS t(\(names))\(bound)", parameters
        ).rows(limit: limit)
        answer.columns = columns.map { ($0.name, $0.type.description) }
        return answer
    }

    /// Runs a SELECT whose columns are BIGINT, DOUBLE, VARCHAR or BLOB and hands out every row, never holding many.
    /// Throws `DuckDBError`, and what the body throws; then it stops.
    package func forEachRow(of select: String, _ body: ([StoredValue]) throws -> Void) throws {
        try PreparedStatement(select, on: connection).stream().forEachRow(in: select, body)
    }

    /// Runs a SELECT as a part of another statement, as in `COPY (` … `) TO 'file'`; positions in errors are those in
    /// the SELECT.
    package func rows(
        of select: String, between prefix: String, _ suffix: String, _ parameters: [String: BoundValue] = [:],
        limit: Int = .max
    ) throws -> TextRows {
        try result(of: select, between: prefix, suffix, parameters).rows(limit: limit)
    }

    private func result(
        of select: String, between prefix: String, _ suffix: String, _ parameters: [String: BoundValue]
    ) throws(DuckDBError) -> QueryResult {
        do throws(DuckDBError) {
            // The suffix begins a line, because the SELECT may end in a comment.
            let sql = prefix + SQLText.statement(select) + "\n" + suffix
            let statement = try PreparedStatement(sql, on: connection)
            try statement.bind(parameters)
            return try statement.execute()
        } catch {
            throw error.shifted(by: prefix.utf8.count)
        }
    }

    /// Parses and binds one statement without running it: what kind it is, and what its result will have.
    package func prepare(_ sql: String) throws -> StatementShape {
        let statement = try PreparedStatement(sql, on: connection)
        return StatementShape(
            isSelect: statement.isSelect, columns: statement.columns.map { ($0.name, $0.type.description) },
            parameters: statement.parameterNames)
    }

    /// Bytes that the last statement read from Parquet files.
    package var bytesRead: Int64 { Profile(connection).bytesRead }

    /// The first column of the first row as text.
    package func value(_ sql: String, _ parameters: [String: BoundValue] = [:]) throws -> String? {
        try rows(sql, parameters, limit: 1).rows.first?.first ?? nil
    }

    /// Loads an extension that lies beside the library: `sqlite_scanner`, `postgres_scanner`, `mysql_scanner`.
    package func loadExtension(_ name: String) throws {
        guard let file = try DuckDBLibrary.load().extensionFile(name) else {
            throw DuckDBError.noLibrary("DuckDB's extension \(name) is not installed: run .ci/setup")
        }
        try execute("LOAD \(SQLText.literal(file))")
    }
}
