internal import DuckDB
import Foundation

/// One load into SQLite. The rows go to a SQLite file of the worker's own; then one transaction of the destination,
/// begun for writing, reads its ledger, replaces or merges the rows and writes the ledger. So the destination is locked
/// for the writing alone, whatever the rows take to be read.
///
/// DuckDB's own writing to SQLite would not do: its transactions begin by reading, so that a second writer fails instead
/// of waiting, they can neither merge by key nor delete from a table without row ids, and its extension takes longer to
/// load than most loads take.
struct SQLiteLoad {
    let statement: LoadStatement
    private let context: WorkerContext
    private let patience: Duration

    /// `patience` is how long another writer is waited for.
    init(_ statement: LoadStatement, _ context: WorkerContext, patience: Duration = .seconds(10)) {
        self.statement = statement
        self.context = context
        self.patience = patience
    }

    func perform(in session: Session) throws -> LoadOutcome {
        try checkPlace()
        let columns = try stage(in: session)
        try context.checkCancelled()
        do {
            let target = try SQLiteConnection(statement.location, patience: patience)
            try target.execute("ATTACH ? AS staged", [staging])
            // The staged rows are of this attempt alone: to keep a journal of them would cost a sync and save nothing.
            _ = try target.rows("PRAGMA staged.journal_mode = OFF")
            try target.execute("BEGIN IMMEDIATE")
            let outcome = try load(columns, into: target)
            try target.execute("COMMIT")
            return outcome
        } catch let failure as SQLiteFailure {
            throw explained(failure)
        }
    }

    private var staging: String { context.spillDirectory + "/staged.sqlite" }

    private func checkPlace() throws {
        let folder = Disk.parent(of: statement.location)
        guard try Disk.status(folder) != nil else {
            throw WorkFailure(
                .loadUnreachable, "there is no folder \(folder) for the database: make it, or mend the load's 'to'")
        }
    }

    /// Writes the rows into the worker's own file, as SQLite will keep them. Returns their columns.
    private func stage(in session: Session) throws -> [ServingColumn] {
        let source = statement.source
        let keys = source.keys.map { ServingColumn(name: $0, type: $0 == "hour" ? "INTEGER" : "DATE") }
        var columns = source.columns.map { ServingColumn(name: $0.name, type: $0.type) } + keys
        if !source.files.isEmpty {
            columns = try session.prepare("SELECT * FROM \(source.scan)").columns.map {
                ServingColumn(name: $0.name, type: $0.type)
            }
        }
        do {
            let file = try SQLiteConnection(staging, patience: .zero)
            for pragma in ["journal_mode = OFF", "synchronous = OFF"] { _ = try file.rows("PRAGMA \(pragma)") }
            let declared = columns.map { "\(SQLText.identifier($0.name)) \($0.staged)" }
            try file.execute("CREATE TABLE rows (\(declared.joined(separator: ", ")))")
            if !source.files.isEmpty { try copy(columns, from: session, to: file) }
        } catch let failure as SQLiteFailure {
            throw WorkFailure(.loadFailed, "can't stage rows in \(context.spillDirectory): \(failure.message)")
        }
        return columns
    }

    private func copy(_ columns: [ServingColumn], from session: Session, to file: SQLiteConnection) throws {
        let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        let select = "SELECT \(columns.map(\.cast).joined(separator: ", ")) FROM \(statement.source.scan)"
        try file.execute("BEGIN")
        try file.repeating("INSERT INTO rows VALUES (\(marks))") { insert in
            var count = 0
            try session.forEachRow(of: select) { row in
                try insert(row)
                count += 1
                if count % 10_000 == 0 { try context.checkCancelled() }
            }
        }
        try file.execute("COMMIT")
    }

    private func load(_ columns: [ServingColumn], into target: SQLiteConnection) throws -> LoadOutcome {
        try target.execute(
            """
            CREATE TABLE IF NOT EXISTS weir_loads (
                target TEXT NOT NULL, interval TEXT NOT NULL, batch_id TEXT NOT NULL, generation INTEGER NOT NULL,
                loaded_at TEXT NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (target, interval))
            """)
        let place = [statement.table, statement.interval]
        let ledger = try target.rows(
            "SELECT batch_id, generation, rows FROM weir_loads WHERE target = ? AND interval = ?", place
        ).first
        let generation = ledger.flatMap { Int64($0[1] ?? "") } ?? 0
        guard generation <= statement.generation else {
            throw WorkFailure(
                .loadFailed,
                "\(statement.table) already has a newer version of \(described) (generation \(generation), this is "
                    + "\(statement.generation)): run the step again to load what is published now")
        }
        if let ledger, ledger[0] == statement.batch {
            // The content is there. A later attempt with what was published in between must be refused all the same.
            try target.execute(
                "UPDATE weir_loads SET generation = ? WHERE target = ? AND interval = ?",
                ["\(statement.generation)"] + place)
            return LoadOutcome(rows: Int(ledger[2] ?? "") ?? 0, alreadyLoaded: true)
        }
        try fit(columns, into: target)
        let rows: Int
        switch statement.mode {
        case .replace: rows = try replace(columns, in: target)
        case .upsert(let key): rows = try merge(columns, by: key, in: target)
        }
        try target.execute(
            """
            INSERT INTO weir_loads (target, interval, batch_id, generation, loaded_at, rows)
            VALUES (?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?)
            ON CONFLICT (target, interval) DO UPDATE SET batch_id = excluded.batch_id,
                generation = excluded.generation, loaded_at = excluded.loaded_at, rows = excluded.rows
            """, place + [statement.batch, "\(statement.generation)", "\(rows)"])
        return LoadOutcome(rows: rows, alreadyLoaded: false)
    }

    /// Makes the table, or adds columns that it lacks.
    private func fit(_ columns: [ServingColumn], into target: SQLiteConnection) throws {
        let table = SQLText.identifier(statement.table)
        let existing = Set(
            try target.rows("SELECT lower(name) FROM pragma_table_info(?)", [statement.table]).compactMap { $0[0] })
        let declared = columns.map { "\(SQLText.identifier($0.name)) \($0.declaration)" }
        guard existing.isEmpty else {
            for key in intervalKeys where !existing.contains(key) {
                throw WorkFailure(
                    .loadFailed,
                    "the table \(statement.table) has no column \(key), by which 'mode: replace' finds the interval's "
                        + "rows: add it to the table, or load with 'mode: upsert'")
            }
            for (column, text) in zip(columns, declared) where !existing.contains(column.name.lowercased()) {
                try target.execute("ALTER TABLE \(table) ADD COLUMN \(text)")
            }
            return
        }
        try target.execute("CREATE TABLE \(table) (\(declared.joined(separator: ", ")))")
        let (kind, key) =
            switch statement.mode {
            case .replace: ("INDEX", intervalKeys)
            case .upsert(let key): ("UNIQUE INDEX", key)
            }
        if !key.isEmpty { try target.execute(index(kind, on: key)) }
    }

    private func index(_ kind: String, on key: [String]) -> String {
        let name = SQLText.identifier("\(statement.table)_by_\(key.joined(separator: "_"))")
        let columns = key.map(SQLText.identifier).joined(separator: ", ")
        return "CREATE \(kind) \(name) ON \(SQLText.identifier(statement.table)) (\(columns))"
    }

    /// Columns whose values the interval fixes: none where the whole table is loaded.
    private var intervalKeys: [String] {
        guard case .replace = statement.mode, let interval = Interval(statement.interval) else { return [] }
        return interval.hour == nil ? Array(statement.source.keys.prefix(1)) : statement.source.keys
    }

    private func replace(_ columns: [ServingColumn], in target: SQLiteConnection) throws -> Int {
        let values = Interval(statement.interval).map { [$0.date] + ($0.hour.map { ["\($0)"] } ?? []) } ?? []
        let conditions = intervalKeys.map { "\(SQLText.identifier($0)) = ?" }
        try target.execute(
            "DELETE FROM \(SQLText.identifier(statement.table))"
                + (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")),
            Array(values.prefix(conditions.count)))
        return try target.execute(insert(columns))
    }

    private func merge(_ columns: [ServingColumn], by key: [String], in target: SQLiteConnection) throws -> Int {
        let names = Set(columns.map { $0.name.lowercased() })
        if let absent = key.first(where: { !names.contains($0.lowercased()) }) {
            throw WorkFailure(.loadFailed, "the key \(absent) is no column of \(statement.source.name)")
        }
        let keys = key.map(SQLText.identifier)
        let list = keys.joined(separator: ", ")
        let absent = try target.rows(
            "SELECT count(*) FROM staged.rows WHERE \(keys.map { "\($0) IS NULL" }.joined(separator: " OR "))")
        if let count = absent[0][0], count != "0" {
            throw WorkFailure(.loadFailed, "the key (\(key.joined(separator: ", "))) is NULL in \(count) of the rows")
        }
        if let twice = try target.rows(
            "SELECT \(list) FROM staged.rows GROUP BY \(list) HAVING count(*) > 1 ORDER BY \(list) LIMIT 1"
        ).first {
            let values = twice.map { $0 ?? "NULL" }.joined(separator: ", ")
            throw WorkFailure(
                .loadFailed,
                "several rows have the key (\(key.joined(separator: ", "))) = (\(values)): none can be chosen")
        }
        let lowered = Set(key.map { $0.lowercased() })
        let others = columns.filter { !lowered.contains($0.name.lowercased()) }.map { SQLText.identifier($0.name) }
        let action =
            others.isEmpty
            ? "DO NOTHING" : "DO UPDATE SET " + others.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        do {
            // WHERE keeps SQLite from reading ON as a join's.
            try target.execute(insert(columns) + " WHERE true ON CONFLICT (\(list)) \(action)")
        } catch let failure as SQLiteFailure where failure.message.contains("ON CONFLICT clause does not match") {
            throw WorkFailure(
                .loadFailed,
                "the table \(statement.table) has no unique index on its key: \(index("UNIQUE INDEX", on: key));")
        }
        return Int(try target.rows("SELECT count(*) FROM staged.rows")[0][0] ?? "") ?? 0
    }

    private func insert(_ columns: [ServingColumn]) -> String {
        let names = columns.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        return "INSERT INTO main.\(SQLText.identifier(statement.table)) (\(names)) SELECT \(names) FROM staged.rows"
    }

    private var described: String {
        statement.interval.isEmpty ? "\(statement.source.name)" : "\(statement.source.name) \(statement.interval)"
    }

    func explained(_ failure: SQLiteFailure) -> WorkFailure {
        let path = statement.location
        return switch failure.kind {
        case .locked:
            WorkFailure(
                .loadUnreachable,
                "\(path) was locked by another program for \(patience / .seconds(1)) s: nothing was loaded")
        case .readOnly: WorkFailure(.loadUnreachable, "\(path) can't be written: \(failure.message)")
        case .unopenable: WorkFailure(.loadUnreachable, "can't open \(path): \(failure.message)")
        case .full: WorkFailure(.loadFailed, "the disk that holds \(path) is full: nothing was loaded")
        case .notDatabase: WorkFailure(.loadFailed, "\(path) is no SQLite database, or it is damaged")
        case .constraint:
            WorkFailure(.loadFailed, "\(statement.table) refuses the rows: \(failure.message): nothing was loaded")
        case .other: WorkFailure(.loadFailed, "\(path): \(failure.message)")
        }
    }
}
