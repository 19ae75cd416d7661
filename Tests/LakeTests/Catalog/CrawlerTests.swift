import Foundation
import Store
import TestSupport
import Testing

@testable import Lake

@Suite struct CrawlerTests {
    let day = "dt=2026-11-21"
    let raw = CrawlerDefinition(name: "lake", paths: ["raw"], on: [.delivery])

    private func crawl(_ lake: LakeFixture, at now: Int64 = 100) async throws -> CrawlReport {
        try await Crawler(folder: lake.folder, store: lake.store).crawl(raw, now: now)
    }
    private func crawlEvents(_ lake: LakeFixture) async throws -> [String] {
        try await lake.store.read { try $0.events(after: 0, limit: 1000) }
            .filter { $0.kind == "crawl.succeeded" }.map { "\($0.subject) \($0.interval ?? "-")" }
    }
    private func put(_ values: [Int64], _ path: String, in lake: LakeFixture) throws {
        try lake.home.write("", to: "lake/\(path)")
        try FileManager.default.removeItem(atPath: lake.folder.absolute(path))
        _ = try PlainParquet(values).write(lake.folder.absolute(path))
    }

    @Test func `each partition that changed since the last crawl is told once`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", day, [[1]], kind: .stream, mode: .append, at: 1)
        try await lake.publish("raw.log", "dt=2026-11-20", [[1]], kind: .stream, mode: .append, at: 1)
        try await lake.publish("raw.users", "", [[1]], kind: .extract, at: 1)
        let first = try await crawl(lake)
        #expect(first == CrawlReport(tables: 2, partitions: 3, newTables: 2, newColumns: 0, adopted: 0, vanished: 0))
        #expect(try await crawlEvents(lake) == ["raw.log 2026-11-20", "raw.log 2026-11-21", "raw.users -"])

        let second = try await crawl(lake, at: 200)
        #expect(second.partitions == 0 && second.newTables == 0)
        #expect(second.summary == "2 tables, nothing changed")

        try await lake.publish("raw.log", day, [[2]], kind: .stream, mode: .append, at: 250)
        let third = try await crawl(lake, at: 300)
        #expect(third.partitions == 1)
        #expect(try await crawlEvents(lake).suffix(1) == ["raw.log 2026-11-21"])
    }

    @Test func `what the crawler doesn't look after is left alone`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("other.log", day, [[1]], kind: .stream)
        try put([1], "other/x/part-0.parquet", in: lake)
        let report = try await crawl(lake)
        #expect(report.tables == 0 && report.partitions == 0)
    }

    @Test func `columns that came since the last crawl are counted`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", day, [[1]], kind: .stream, mode: .append, at: 1)
        _ = try await crawl(lake)
        let wider = PlainParquet([("n", [1]), ("m", [2]), ("o", [3])])
        try await lake.publish(
            try lake.staged("raw.log", day, files: [wider], kind: .stream, mode: .append), at: 150)
        #expect(try await crawl(lake, at: 200).newColumns == 2)
    }

    @Test func `a table that others made is adopted with its partitions, and queries read it`() async throws {
        let lake = try LakeFixture()
        try put([1, 2], "raw/sales/\(day)/part-0.parquet", in: lake)
        try put([3], "raw/sales/dt=2026-11-20/part-0.parquet", in: lake)
        let report = try await crawl(lake)
        #expect(report == CrawlReport(tables: 1, partitions: 2, newTables: 1, newColumns: 0, adopted: 2, vanished: 0))
        let table = try #require(try await lake.store.read { try $0.catalogTables() }.first)
        #expect(table.kind == .adopted && table.keys == ["dt"] && table.columns.map(\.name) == ["n"])
        #expect(table.crawledAt == 100)

        let pinned = try await lake.pin("raw.sales", .intervals(Interval("2026-11-21")!...Interval("2026-11-21")!))
        #expect(pinned.files.count == 1 && pinned.files[0].hasPrefix(lake.folder.root + "/.objects/raw/sales/\(day)/"))
        // Its program finds its file where it put it.
        #expect(lake.files(below: "raw/sales") == ["dt=2026-11-20/part-0.parquet", "\(day)/part-0.parquet"])
        #expect(try await lake.dirty == 0)
        #expect(try await crawl(lake, at: 200).adopted == 0)
    }

    @Test func `a file that others put beside a stream's objects joins them and stays through deliveries`() async throws
    {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", day, [[1]], kind: .stream, mode: .append)
        try await lake.tree.project()
        try put([2], "raw/log/\(day)/theirs.parquet", in: lake)
        #expect(try await crawl(lake).adopted == 1)
        try await lake.publish("raw.log", day, [[3]], kind: .stream, mode: .append)
        try await lake.tree.project()
        #expect(try await lake.pin("raw.log").files.count == 3)
        #expect(lake.files(below: "raw/log/\(day)") == (try await lake.pinnedNames("raw.log")))
        #expect(try await lake.store.read { try $0.catalogTables() }.first?.kind == .stream)
        #expect(try await crawl(lake, at: 200).adopted == 0)
    }

    @Test func `a file that its program replaced is adopted in the place of the old one`() async throws {
        let lake = try LakeFixture()
        try put([1], "raw/sales/\(day)/part-0.parquet", in: lake)
        _ = try await crawl(lake)
        let old = try await lake.pin("raw.sales").files
        try put([5, 6, 7], "raw/sales/\(day)/part-0.parquet", in: lake)
        let report = try await crawl(lake, at: 200)
        #expect(report.adopted == 1 && report.partitions == 1)
        let new = try await lake.pin("raw.sales").files
        #expect(new.count == 1 && new != old)
        let name = try TableName("raw.sales")
        #expect(try await lake.store.read { try $0.partitions(of: name) }.first?.rows == 3)
        #expect(try await crawl(lake, at: 300).adopted == 0)
    }

    @Test func `a file that its program wrote over in place is adopted anew, and its former version fails`()
        async throws
    {
        let lake = try LakeFixture()
        let path = "raw/sales/\(day)/part-0.parquet"
        try put([1], path, in: lake)
        _ = try await crawl(lake)
        let old = try await lake.pin("raw.sales").files[0]
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: lake.folder.absolute(path)))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: PlainParquet([5, 6, 7]).bytes)
        try handle.close()
        #expect(try await crawl(lake, at: 200).adopted == 1)
        let new = try await lake.pin("raw.sales").files
        #expect(new.count == 1 && new[0] != old)
        #expect(!FileManager.default.fileExists(atPath: old) && FileManager.default.fileExists(atPath: new[0]))
        #expect(lake.files(below: "raw/sales") == ["\(day)/part-0.parquet"])
        #expect(try await crawl(lake, at: 300).adopted == 0)
    }

    @Test func `a file that its program deleted leaves a table that others made`() async throws {
        let lake = try LakeFixture()
        try put([1], "raw/sales/\(day)/part-0.parquet", in: lake)
        try put([2], "raw/sales/\(day)/part-1.parquet", in: lake)
        _ = try await crawl(lake)
        try FileManager.default.removeItem(atPath: lake.folder.absolute("raw/sales/\(day)/part-1.parquet"))
        let report = try await crawl(lake, at: 200)
        #expect(report.vanished == 1 && report.partitions == 1)
        #expect(try await lake.pinnedNames("raw.sales") == ["part-0.parquet"])
        #expect(report.summary == "1 table, 1 partition changed, 1 object vanished")
    }

    @Test func `an object that someone deleted is marked missing and no longer pinned`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", day, [[1]], kind: .stream, mode: .append)
        try await lake.publish("raw.log", day, [[2]], kind: .stream, mode: .append)
        try await lake.tree.project()
        let victim = try await lake.pin("raw.log").files[0]
        try FileManager.default.removeItem(atPath: victim)
        let link = "raw/log/\(day)/" + URL(fileURLWithPath: victim).lastPathComponent
        try FileManager.default.removeItem(atPath: lake.folder.absolute(link))
        let report = try await crawl(lake)
        #expect(report.vanished == 1)
        #expect(try await lake.pin("raw.log").files.count == 1)
        #expect(try await lake.store.read { try $0.count("SELECT count(*) FROM objects WHERE state = 'missing'") } == 1)
    }

    @Test func `an object that lost its own name is taken back from the public tree`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", day, [[1]], kind: .stream)
        try await lake.tree.project()
        let victim = try await lake.pin("raw.log").files[0]
        try FileManager.default.removeItem(atPath: victim)
        #expect(try await crawl(lake).vanished == 0)
        #expect(FileManager.default.fileExists(atPath: victim))
    }

    @Test func `a damaged file is named in the report, left where it is, and stops nothing`() async throws {
        let lake = try LakeFixture()
        try put([1], "raw/sales/\(day)/good.parquet", in: lake)
        try lake.home.write("PAR1 was cut off here", to: "lake/raw/sales/\(day)/cut.parquet")
        try lake.home.write("", to: "lake/raw/sales/\(day)/_temporary.parquet")
        try lake.home.write("a,b", to: "lake/raw/sales/\(day)/notes.csv")
        let report = try await crawl(lake)
        #expect(report.adopted == 1)
        #expect(report.notes == ["raw/sales/\(day)/cut.parquet: its end is missing: was its writing cut off?"])
        #expect(report.summary.contains("1 file not taken: raw/sales/\(day)/cut.parquet: its end is missing"))
        #expect(try lake.home.read("lake/raw/sales/\(day)/cut.parquet").hasPrefix("PAR1"))
        let row = try await lake.store.read { try $0.first("SELECT * FROM crawls") }
        #expect(row?.text("state") == "succeeded" && row?.text("report") == report.summary)
    }

    @Test func `a file outside the table's partitions is named with how the table is cut`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", day, [[1]], kind: .stream)
        try put([2], "raw/log/loose.parquet", in: lake)
        let report = try await crawl(lake)
        #expect(report.adopted == 0)
        #expect(report.notes == ["raw/log/loose.parquet: raw.log is partitioned by dt"])
    }

    @Test func `a link is not followed out of the lake`() async throws {
        let lake = try LakeFixture()
        _ = try PlainParquet([1]).write(lake.home("secret.parquet"))
        try put([1], "raw/sales/\(day)/good.parquet", in: lake)
        try FileManager.default.createSymbolicLink(
            atPath: lake.folder.absolute("raw/sales/\(day)/link.parquet"),
            withDestinationPath: lake.home("secret.parquet"))
        let report = try await crawl(lake)
        #expect(report.adopted == 1)
        #expect(report.notes == ["raw/sales/\(day)/link.parquet: it is a link or a folder"])
    }

    @Test func `a lake rebuilt from its public tree alone has its tables again`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", day, [[1], [2]], kind: .stream)
        try await lake.tree.project()
        let fresh = try Store.openForWriting(lake.home("new.db"))
        try await PublicTree(folder: lake.folder, store: fresh).recover()
        let report = try await Crawler(folder: lake.folder, store: fresh).crawl(raw, now: 1)
        #expect(report.adopted == 2)
        let name = try TableName("raw.log")
        #expect(try await fresh.read { try $0.partitions(of: name) }.first?.rows == 2)
    }

    @Test func `a crawl that can't write to the lake is recorded and told`() async throws {
        let lake = try LakeFixture()
        try lake.home.write("a file where a folder must be", to: "lake/.objects/raw")
        try put([1], "raw/sales/\(day)/good.parquet", in: lake)
        await #expect(throws: LakeError.self) { try await crawl(lake) }
        let events = try await lake.store.read { try $0.events(after: 0, limit: 10) }
        #expect(events.last?.kind == "crawl.failed" && events.last?.subject == "lake")
        let row = try await lake.store.read { try $0.first("SELECT * FROM crawls ORDER BY id DESC") }
        #expect(row?.text("state") == "failed")
    }

    @Test func `hours are adopted as partitions of their own`() async throws {
        let lake = try LakeFixture()
        try put([1], "raw/clicks/\(day)/hour=05/a.parquet", in: lake)
        try put([2], "raw/clicks/\(day)/hour=06/a.parquet", in: lake)
        let report = try await crawl(lake)
        #expect(report.partitions == 2)
        #expect(try await crawlEvents(lake) == ["raw.clicks 2026-11-21T05", "raw.clicks 2026-11-21T06"])
        #expect(try await lake.pin("raw.clicks").keys == ["dt", "hour"])
    }
}
