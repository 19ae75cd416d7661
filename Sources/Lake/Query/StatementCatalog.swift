import DuckDB

/// A statement's own catalog: a view for each table that it reads, over the files that are pinned, in an empty
/// database that is detached again with everything in it.
enum StatementCatalog {
    private static let name = "weir_statement"

    static func with<Result>(
        _ tables: [PinnedTable], in session: Session, _ body: () throws -> Result
    ) throws -> Result {
        try session.execute("ATTACH ':memory:' AS \(name); USE \(name)")
        do {
            try define(tables, in: session)
            let result = try body()
            try detach(session)
            return result
        } catch {
            // A session that can't even forget is replaced, as after any failure.
            try? detach(session)
            throw error
        }
    }

    private static func define(_ tables: [PinnedTable], in session: Session) throws {
        for schema in Set(tables.compactMap(\.name.schema)).sorted() {
            try session.execute("CREATE SCHEMA IF NOT EXISTS \(SQLText.identifier(schema))")
        }
        for table in tables { try session.execute("CREATE VIEW \(table.name.sql) AS \(table.select)") }
    }

    private static func detach(_ session: Session) throws { try session.execute("USE memory; DETACH \(name)") }
}

extension TableName {
    /// Quoted, as SQL has it.
    package var sql: String { [schema, table].compactMap(\.self).map(SQLText.identifier).joined(separator: ".") }
}

extension PinnedTable {
    /// A SELECT of the table's columns, then its keys, from the pinned files alone. A column that no file has is NULL;
    /// one that files have in several types has the type that holds all of them. Without files it is empty.
    package var select: String {
        let typed = columns.map { "CAST(NULL AS \($0.type)) AS \(SQLText.identifier($0.name))" }
        let keyed = keys.map { "CAST(NULL AS \(Self.type(ofKey: $0))) AS \(SQLText.identifier($0))" }
        let empty = "SELECT \((typed + keyed).joined(separator: ", ")) WHERE false"
        guard !files.isEmpty else { return empty }
        let list = files.map(SQLText.literal).joined(separator: ", ")
        let types = keys.map { "\(SQLText.identifier($0)): \(Self.type(ofKey: $0))" }.joined(separator: ", ")
        let partitioning = keys.isEmpty ? "false" : "true, hive_types = {\(types)}"
        let read = "read_parquet([\(list)], union_by_name = true, hive_partitioning = \(partitioning))"
        guard !columns.isEmpty else { return "SELECT * FROM \(read)" }
        let names = (columns.map(\.name) + keys).map(SQLText.identifier).joined(separator: ", ")
        return "SELECT \(names) FROM (\(empty) UNION ALL BY NAME SELECT * FROM \(read))"
    }

    /// Partition keys are read from the path as these types; any other key is text.
    static func type(ofKey key: String) -> String {
        switch key {
        case "dt": "DATE"
        case "hour": "INTEGER"
        default: "VARCHAR"
        }
    }
}
