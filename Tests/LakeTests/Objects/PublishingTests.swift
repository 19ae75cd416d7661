import Foundation
import Store
import TestSupport
import Testing

@testable import Lake

@Suite struct PublishingTests {
    let day = "dt=2026-11-21"

    @Test func `a published partition can be pinned, is told of, and shows in the public tree`() async throws {
        let lake = try LakeFixture()
        let commit = try await lake.publish("mart.sales", day, [[1, 2, 3]], at: 7)
        #expect(commit.changed)
        #expect(commit.version == 1 && commit.generation == 1 && commit.rows == 3)

        let pinned = try await lake.pin("mart.sales")
        #expect(pinned.keys == ["dt"])
        #expect(pinned.columns == [Column(name: "n", type: "BIGINT")])
        #expect(pinned.inputs == [InputVersion(table: try TableName("mart.sales"), partition: day, version: 1)])
        #expect(pinned.files.count == 1 && pinned.files[0].hasPrefix(lake.folder.root + "/.objects/mart/sales/\(day)/"))
        #expect(pinned.bytes == commit.bytes)

        let events = try await lake.store.read { try $0.events(after: 0, limit: 10) }
        #expect(events.map(\.kind) == ["partition.published"])
        #expect(events[0].subject == "mart.sales" && events[0].interval == "2026-11-21" && events[0].at == 7)

        try await lake.tree.project()
        #expect(lake.files(below: "mart/sales/\(day)") == (try await lake.pinnedNames("mart.sales")))
        #expect(try await lake.dirty == 0)
    }

    @Test(arguments: [(TableKind.stream, "delivery"), (.extract, "extract")])
    func `what is no mart tells its own event and waits for a crawl`(kind: TableKind, event: String) async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", kind == .stream ? day : "", [[1]], kind: kind)
        let events = try await lake.store.read { try $0.events(after: 0, limit: 10) }
        #expect(events.map(\.kind) == [event])
        #expect(events[0].interval == (kind == .stream ? "2026-11-21" : nil))
        #expect(try await lake.store.read { try $0.count("SELECT count(crawled_version) FROM partitions") } == 0)
    }

    @Test func `equal content publishes nothing, and its file goes with the next sweep`() async throws {
        let lake = try LakeFixture()
        let first = try await lake.publish("mart.sales", day, [[1, 2]])
        let second = try await lake.publish("mart.sales", day, [[1, 2]])
        #expect(!second.changed)
        #expect(second.version == first.version && second.generation == first.generation)
        #expect(try await lake.store.read { try $0.events(after: 0, limit: 10) }.count == 1)
        #expect(lake.files(below: ".objects").count == 2)
        #expect(try await lake.tree.sweep(now: 2, grace: .seconds(3600)) == 1)
        #expect(lake.files(below: ".objects").count == 1)
        #expect(try await lake.pin("mart.sales").files.allSatisfy { FileManager.default.fileExists(atPath: $0) })
    }

    @Test func `an appended object joins those that are there, also when it equals one of them`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", day, [[1, 2]], kind: .stream, mode: .append)
        let second = try await lake.publish("raw.log", day, [[1, 2]], kind: .stream, mode: .append)
        #expect(second.changed && second.version == 2 && second.rows == 4)
        #expect(try await lake.pin("raw.log").files.count == 2)
    }

    @Test func `a replaced partition holds the new objects alone`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1], [2]])
        let before = try await lake.pinnedNames("mart.sales")
        try await lake.publish("mart.sales", day, [[3]])
        let after = try await lake.pinnedNames("mart.sales")
        #expect(after.count == 1 && Set(after).isDisjoint(with: before))
    }

    @Test func `going back publishes the older content under a new generation, and forward again`() async throws {
        let lake = try LakeFixture()
        let table = try TableName("mart.sales")
        try await lake.publish("mart.sales", day, [[1]])
        let old = try await lake.pinnedNames("mart.sales")
        try await lake.publish("mart.sales", day, [[2]])
        let new = try await lake.pinnedNames("mart.sales")

        let back = try await lake.store.write { try $0.republish(table: table, partition: day, at: 9) }
        #expect(back.changed && back.version == 3 && back.generation == 3)
        #expect(try await lake.pinnedNames("mart.sales") == old)
        try await lake.store.write { _ = try $0.republish(table: table, partition: day, at: 10) }
        #expect(try await lake.pinnedNames("mart.sales") == new)
    }

    @Test func `a partition with one version has nothing to go back to, and says so`() async throws {
        let lake = try LakeFixture()
        let table = try TableName("mart.sales")
        try await lake.publish("mart.sales", day, [[1]])
        let error = await #expect(throws: LakeError.self) {
            try await lake.store.write { _ = try $0.republish(table: table, partition: day, at: 9) }
        }
        #expect(error?.description == "mart.sales dt=2026-11-21 has no older version to go back to")
    }

    @Test func `new columns join the table and its catalog version rises`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        let wider = PlainParquet([("n", [1]), ("m", [2])])
        try await lake.publish(try lake.staged("mart.sales", "dt=2026-11-22", files: [wider]))
        let table = try #require(try await lake.store.read { try $0.catalogTables() }.first)
        #expect(table.columns.map(\.name) == ["n", "m"])
        #expect(table.version == 2)
    }

    @Test func `a column that no object has any more leaves the table`() async throws {
        let lake = try LakeFixture()
        try await lake.publish(try lake.staged("mart.sales", day, files: [PlainParquet([("n", [1]), ("m", [2])])]))
        try await lake.publish("mart.sales", day, [[5]])
        #expect(try await lake.store.read { try $0.catalogTables() }.first?.columns.map(\.name) == ["n"])
    }

    @Test func `a partition of another shape is refused with what to do`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        let error = await #expect(throws: LakeError.self) { try await lake.publish("mart.sales", "", [[1]]) }
        #expect(error?.description.contains("partitioned by dt") == true)
        #expect(error?.description.contains("not partitioned") == true)
        #expect(error?.description.contains("another table's name") == true)
    }

    @Test func `a staged file that was cut off is not placed`() throws {
        let lake = try LakeFixture()
        let stage = try lake.folder.stage("attempt-1")
        let whole = try PlainParquet([1, 2, 3]).write(stage + "/0.parquet")
        try Data(PlainParquet([1, 2, 3]).bytes.dropLast(20)).write(to: URL(fileURLWithPath: whole.path))
        let error = #expect(throws: LakeError.self) {
            try lake.folder.place(whole, table: try TableName("mart.sales"), partition: day)
        }
        #expect(error?.description.contains("its end is missing") == true)
        #expect(lake.files(below: ".objects").isEmpty)
    }

    @Test func `a staged file with other rows than were written is not placed`() throws {
        let lake = try LakeFixture()
        let stage = try lake.folder.stage("attempt-1")
        var file = try PlainParquet([1, 2, 3]).write(stage + "/0.parquet")
        file.rows = 4
        let error = #expect(throws: LakeError.self) {
            try lake.folder.place(file, table: try TableName("mart.sales"), partition: day)
        }
        #expect(error?.description.contains("it holds 3 rows, not the 4 that were written") == true)
    }

    @Test func `a lake that can't be made says what is in its way`() throws {
        let lake = try LakeFixture()
        try lake.home.write("a file", to: "taken")
        let error = #expect(throws: LakeError.self) { try ObjectFolder(root: lake.home("taken")).prepare() }
        #expect(error?.description == "can't make the folder \(lake.home("taken"))/.objects: Not a directory")
    }
}
