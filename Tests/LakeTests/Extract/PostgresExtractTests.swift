import DuckDB
import Foundation
import TestSupport
import Testing

@testable import Lake

/// Extracts from a real PostgreSQL server.
@Suite(.processes) struct PostgresExtractTests {
    private let home = TemporaryDirectory()

    private func extract(_ tables: [String], from location: String) throws -> ExtractOutcome {
        for folder in ["out", "spill"] {
            try FileManager.default.createDirectory(atPath: home(folder), withIntermediateDirectories: true)
        }
        let statement = ExtractStatement(
            kind: "postgres", location: location, tables: tables, outputDirectory: home("out"))
        return try statement.perform(in: try session(), context: WorkerContext(spillDirectory: home("spill")))
    }

    private func session() throws -> Session { try Session(.init(threads: 1, memory: nil, temporaryDirectory: nil)) }

    private func server() async throws -> PostgresServer {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../EndToEndTests/RealData/Chinook_PostgreSql.sql").standardized.path
        return try await PostgresServer(script: script)
    }

    @Test func `the whole of Chinook has the counts, dates and sums that PostgreSQL has, and copies alike twice`()
        async throws
    {
        let server = try await server()
        let tables = try await server.answer(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1", in: "chinook")
        #expect(tables.count == 11)
        let outcome = try extract(tables, from: server.address("chinook"))
        for table in tables {
            let file = try #require(outcome.files[table])
            #expect(["\(file.rows)"] == (try await server.answer("SELECT count(*) FROM \(table)", in: "chinook")))
        }
        let sales = """
            SELECT billing_country, min(invoice_date)::date, count(*), sum(total) FROM invoice
            GROUP BY billing_country ORDER BY billing_country COLLATE "C"
            """
        let invoices = try #require(outcome.files["invoice"])
        let copied = try session().rows(
            sales.replacing("FROM invoice", with: "FROM '\(invoices.path)'").replacing(#" COLLATE "C""#, with: "")
        ).rows
        let sold = try await server.answer(sales, in: "chinook")
        #expect(sold.count == 24)
        #expect(copied.map { $0.map { $0 ?? "" }.joined(separator: "|") } == sold)
        let content = outcome.files.mapValues(\.content)
        #expect(try extract(tables, from: server.address("chinook")).files.mapValues(\.content) == content)
    }

    @Test func `a table that isn't there is named with its nearest, and the address without its secret`() async throws {
        let server = try await server()
        let failure = #expect(throws: WorkFailure.self) { try extract(["invoices"], from: server.address("chinook")) }
        #expect(failure?.name == .extractFailed)
        #expect(failure?.message == "no table invoices in postgres://…; did you mean invoice?")
    }

    @Test func `a server that can't be reached is told without the address's secret`() throws {
        let failure = #expect(throws: WorkFailure.self) {
            try extract(["invoice"], from: "postgresql://weir:s3cr3t@127.0.0.1:1/chinook")
        }
        #expect(failure?.name == .extractFailed)
        let message = failure?.message ?? ""
        #expect(message.hasPrefix("can't reach postgres://…: "))
        #expect(message.contains("refused"))
        #expect(!message.contains("s3cr3t"))
    }
}
