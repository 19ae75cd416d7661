import ArgumentParser
import Flow
import Foundation
import Lake

/// `weir query`: a SELECT over the catalog.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Run a SELECT over the lake's tables.",
        discussion: """
            Tables have the catalog's names. The statement sees one moment of the lake.

              weir query "SELECT dt, count(*) AS records FROM raw.access_log GROUP BY dt ORDER BY dt"
              weir query "SELECT * FROM mart.engagement" --format csv > engagement.csv
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, csv, json
    }

    @OptionGroup var project: ProjectOptions

    @Argument(help: ArgumentHelp("One SELECT.", valueName: "sql"))
    var sql: String

    @Option(help: "table, csv or json (an array of objects).")
    var format: Format?

    @Option(help: "Rows at most; what is left out is told.")
    var limit = 10_000

    func validate() throws {
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit must be 1 to 1000000") }
    }

    func run() async throws {
        let command = EngineCommand.query(sql: sql, limit: limit)
        let engine = ProjectEngine(folder: try project.folder(), role: "weir query")
        let rows = try await engine.use { link in
            guard case .rows(let rows) = try await link.ask(command) else { throw LinkFailure.lost }
            return rows
        }
        guard !project.quiet else { return }
        switch format ?? (project.json ? .json : .table) {
        case .table:
            project.output.say(rows.table)
            project.output.say("(\(Figure.several(rows.rows.count, "row")))")
        case .csv: Output.write(rows.csv)
        case .json: Output.write(try rows.json())
        }
        if rows.truncated {
            Output.complain("only the first \(Figure.several(limit, "row")): --limit shows more")
        }
    }
}

extension QueryRows {
    fileprivate var table: TextTable {
        var table = TextTable(columns.map { $0.isNumber ? ">\($0.name)" : $0.name })
        for row in rows { table.add(row.map { $0.map { TextTable.Cell($0) } ?? TextTable.Cell("NULL", .faint) }) }
        return table
    }

    /// RFC 4180, with a line of names. NULL is an empty field; an empty text is `""`.
    fileprivate var csv: String {
        let lines = [columns.map { Self.field($0.name) }] + rows.map { $0.map { $0.map(Self.field) ?? "" } }
        return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func field(_ text: String) -> String {
        let needsQuotes = text.isEmpty || text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }

    /// An array of objects. Numbers have all of their digits; what JSON has no value for is text.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        func quoted(_ text: String) throws -> String { String(decoding: try encoder.encode(text), as: UTF8.self) }
        let names = try columns.map { try quoted($0.name) }
        let objects = try rows.map { row in
            let members = try columns.indices.map { index in
                let value = try row[index].map { columns[index].isLiteral($0) ? $0 : try quoted($0) } ?? "null"
                return names[index] + ":" + value
            }
            return "{" + members.joined(separator: ",") + "}"
        }
        return "[" + objects.joined(separator: ",\n ") + "]\n"
    }
}

extension Column {
    fileprivate var isNumber: Bool {
        switch type {
        case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "UHUGEINT", "FLOAT", "DOUBLE":
            true
        default: type.hasPrefix("DECIMAL(")
        }
    }

    /// Whether a value of this column is a number or a boolean in JSON too; infinities and NaN are not.
    fileprivate func isLiteral(_ value: String) -> Bool {
        type == "BOOLEAN" || isNumber && value.utf8.last.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
    }
}
