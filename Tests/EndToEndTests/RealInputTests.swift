import Foundation
import TestSupport
import Testing

/// A project as the README has one written, over a log and a database that others made. What it serves is compared
/// with what `awk` and `sqlite3` say about the same files.
@Suite(.processes) struct RealInputTests {
    let shop = TemporaryDirectory()
    let log: String
    let database: String

    init() throws {
        let data = try #require(Bundle.module.resourcePath) + "/RealData"
        (log, database) = (data + "/apache_combined.log", data + "/Chinook_Sqlite.sqlite")
        try writeProject()
    }

    @Test func `each day of a real log is served with the numbers that awk finds in it`() async throws {
        let engine = try await EngineUnderTest.start(shop)
        let report = try #require(try json(try await weir("ingest", "access_log", log, "--json")) as? [String: Any])
        #expect(report["lines"] as? Int == 10_000)
        #expect(report["rejected"] as? Int == 0)
        let status = try #require(try json(try await weir("status", "--json")) as? [String: Any])
        let stream = try #require((status["streams"] as? [[String: Any]])?.first)
        #expect(
            ["received", "delivered", "rejected", "duplicates", "buffered"].map { stream[$0] as? Int }
                == [10_000, 10_000, 0, 0, 0])
        try await drain(engine)

        let days = try await awk(
            """
            {
                split(substr($4, 2), date, "[/:]")
                day = sprintf("%s-%02d-%s", date[3], (index("JanFebMarAprMayJunJulAugSepOctNovDec", date[2]) + 2) / 3, date[1])
                requests[day]++
                if (!((day, $1) in seen)) { seen[day, $1]; clients[day]++ }
                bytes[day] += $10
                if ($9 == 404) missing[day]++
            }
            END { for (day in requests) printf "%s|%d|%d|%.0f|%d\\n", day, requests[day], clients[day], bytes[day], missing[day] }
            """)
        #expect(days.count == 4)
        #expect(
            try await sqlite3("SELECT dt, requests, clients, bytes, not_found FROM requests", in: shop("serving.db"))
                .sorted() == days.sorted())
        #expect(try await weir("rejects") == "no record has been rejected\n")
        let runs = try #require(try json(try await weir("runs", "--json")) as? [[String: Any]])
        #expect(runs.map { $0["state"] as? String } == Array(repeating: "succeeded", count: 4))
    }

    /// None of the log's odd lines is lost: a dash is NULL; the one agent without its closing quote ends with its line;
    /// text that Apache has escaped stays as it wrote it; and the lines that occur twice, of requests in the same
    /// second, are two records, because nothing says which of them were sent again.
    @Test func `the odd lines of a real log are records too`() async throws {
        let engine = try await EngineUnderTest.start(shop)
        _ = try await weir("ingest", "access_log", log)
        try await drain(engine)

        let odd = try await awk(
            #"""
            BEGIN { FS = "\"" }
            $3 ~ / -/ { bytes++ } $4 == "-" { referers++ } $6 == "-" { agents++ } NF < 7 { cut++ } /\\x/ { escaped++ }
            END { print bytes "," referers "," agents "," cut "," escaped }
            """#)
        #expect(odd == ["669,4073,190,1,3"])
        let found = try await weir(
            "query",
            #"""
            SELECT
                count(*) FILTER (bytes IS NULL), count(*) FILTER (referer IS NULL), count(*) FILTER (user_agent IS NULL),
                count(*) FILTER (user_agent LIKE '%(compatible; Googlebot/2.1; +http://www.google.com/bot.html'),
                count(*) FILTER (contains(referer, '\x'))
            FROM raw.access_log
            """#, "--format", "csv")
        #expect(found.split(whereSeparator: \.isNewline).last.map(String.init) == odd[0])

        let twice = try await program("sh", "-c", "sort '\(log)' | uniq -d | wc -l")
        let kept = try await weir(
            "query", "SELECT count(*) FROM (FROM raw.access_log GROUP BY ALL HAVING count(*) > 1)", "--format", "csv")
        #expect(twice == ["17"])
        #expect(kept.split(whereSeparator: \.isNewline).last == "17")
    }

    /// A copy of a file that grows may end in the middle of a line.
    @Test func `a real log that was cut has its last line set aside, with the reason`() async throws {
        let engine = try await EngineUnderTest.start(shop)
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        let half = try #require(lines[100].components(separatedBy: " HTTP").first)
        try shop.write(lines[..<100].joined(separator: "\n") + "\n" + half, to: "cut.log")
        let words = try await weir("ingest", "access_log", shop("cut.log"))
        #expect(words.hasSuffix("delivered: 100 into the lake, 0 duplicates, 1 rejected (see weir rejects)\n"))
        let reject = try #require((try json(try await weir("rejects", "--json")) as? [[String: Any]])?.first)
        #expect(reject["reason"] as? String == "syntax: no request where it should be")
        #expect(reject["records"] as? Int == 1)
        #expect(try await weir("rejects", "show", "1").contains(half))
        try await drain(engine)
    }

    @Test func `sales are served as sqlite3 computes them from the original database`() async throws {
        let engine = try await EngineUnderTest.start(shop)
        _ = try await weir("extract", "chinook")
        try await drain(engine)

        let countries = try await sqlite3(
            """
            SELECT Country, count(DISTINCT InvoiceId), sum(Quantity), round(sum(UnitPrice * Quantity), 2)
            FROM InvoiceLine JOIN Invoice USING (InvoiceId) JOIN Customer USING (CustomerId)
            GROUP BY Country ORDER BY Country
            """, in: database)
        #expect(countries.count == 24)
        #expect(
            try await sqlite3(
                "SELECT country, invoices, tracks, total FROM sales_by_country ORDER BY country", in: shop("serving.db")
            )
                == countries)
        let months = try await sqlite3(
            """
            SELECT strftime('%Y-%m', InvoiceDate), count(*), round(sum(Total), 2), count(BillingState)
            FROM Invoice GROUP BY 1 ORDER BY 1
            """, in: database)
        #expect(months.count == 60)
        #expect(
            try await sqlite3(
                "SELECT month, invoices, total, with_state FROM sales_by_month ORDER BY month", in: shop("serving.db"))
                == months)
    }

    @Test func `every extracted table holds what the original does, names, numbers, times and nulls`() async throws {
        let engine = try await EngineUnderTest.start(shop)
        _ = try await weir("extract")
        _ = try await weir("crawl")
        let tables = try await sqlite3("SELECT name FROM sqlite_master WHERE type = 'table'", in: database)
        #expect(tables.count == 11)
        for table in tables {
            let select = "SELECT * FROM \(table) ORDER BY 1, 2"
            let original = try rows(try await program("sqlite3", "-json", database, select).joined())
            let extracted = try rows(
                try await weir("query", select.replacing(table, with: "shop.\(table)"), "--format", "json"))
            #expect(extracted.count == original.count, "\(table)")
            let differing = zip(extracted, original).filter { $0 != $1 }.map(\.0)
            #expect(differing.isEmpty, "\(table)")
        }
        try await drain(engine)
    }
}

// MARK: The project

extension RealInputTests {
    private func writeProject() throws {
        try shop.write(
            """
            name: shop
            engine: { port: 0 }
            streams:
              access_log: { into: raw.access_log, format: combined }
            extracts:
              chinook:
                from: "sqlite:\(database)"
                into: shop
                tables:
                  Album: {}
                  Artist: {}
                  Customer: {}
                  Employee: {}
                  Genre: {}
                  Invoice: {}
                  InvoiceLine: {}
                  MediaType: {}
                  Playlist: {}
                  PlaylistTrack: {}
                  Track: {}
            crawlers:
              lake: { paths: [ raw, shop ], on: [ delivery, extract ] }
            workflows:
              requests_daily:
                on: { event: crawl.succeeded, table: raw.access_log }
                each: dt
                steps:
                  requests: { query: sql/requests.sql, into: mart.requests, check: [ { not-null: [ requests ] } ] }
                  serve: { needs: [ requests ], load: mart.requests, to: "sqlite:serving.db", table: requests }
              sales:
                on: { event: crawl.succeeded, table: shop.InvoiceLine }
                steps:
                  by_country: { query: sql/by_country.sql, into: mart.by_country, check: [ { unique: [ country ] } ] }
                  by_month: { query: sql/by_month.sql, into: mart.by_month }
                  serve_countries:
                    { needs: [ by_country ], load: mart.by_country, to: "sqlite:serving.db", table: sales_by_country }
                  serve_months:
                    { needs: [ by_month ], load: mart.by_month, to: "sqlite:serving.db", table: sales_by_month }

            """, to: "weir.yaml")
        try shop.write(
            """
            SELECT
                $dt AS dt,
                count(*) AS requests,
                count(DISTINCT remote_host) AS clients,
                sum(bytes) AS bytes,
                count(*) FILTER (status = 404) AS not_found
            FROM raw.access_log
            """, to: "sql/requests.sql")
        try shop.write(
            """
            SELECT
                Country AS country,
                count(DISTINCT InvoiceId) AS invoices,
                sum(Quantity) AS tracks,
                round(sum(UnitPrice * Quantity), 2) AS total
            FROM shop.InvoiceLine JOIN shop.Invoice USING (InvoiceId) JOIN shop.Customer USING (CustomerId)
            GROUP BY Country
            """, to: "sql/by_country.sql")
        try shop.write(
            """
            SELECT
                strftime(InvoiceDate, '%Y-%m') AS month,
                count(*) AS invoices,
                round(sum(Total), 2) AS total,
                count(BillingState) AS with_state
            FROM shop.Invoice
            GROUP BY month
            """, to: "sql/by_month.sql")
    }
}

// MARK: Programs

extension RealInputTests {
    /// What a `weir` command on the project prints; it must end well.
    private func weir(_ arguments: String...) async throws -> String {
        let outcome = try await EngineUnderTest.weir(arguments, in: shop)
        try #require(outcome.code == 0, "weir \(arguments.joined(separator: " ")): \(outcome.error)")
        return outcome.output
    }

    /// Ends the engine when everything is delivered, crawled, computed and served.
    private func drain(_ engine: EngineUnderTest) async throws {
        _ = try await weir("stop", "--drain")
        #expect(try await engine.program.ended().code == 0)
    }

    /// The lines that another program prints; it must end well.
    private func program(_ words: String...) async throws -> [String] {
        let outcome = try await ProgramUnderTest("/usr/bin/env", words, keepingOutputIn: shop).ended()
        try #require(outcome.code == 0, "\(words[0]): \(outcome.error)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    /// What `awk` prints about the log.
    private func awk(_ script: String) async throws -> [String] { try await program("awk", script, log) }

    private func sqlite3(_ sql: String, in database: String) async throws -> [String] {
        try await program("sqlite3", "-readonly", database, sql)
    }

    private func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

    private func rows(_ text: String) throws -> [[String: Field]] {
        try JSONDecoder().decode([[String: Field]].self, from: Data(text.utf8))
    }

    /// A value of a row in JSON.
    private enum Field: Decodable, Hashable {
        case null
        case number(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try value.decode(String.self))
            }
        }
    }
}
