import Store
import TestSupport
import Testing

@testable import Lake

@Suite struct PinningTests {
    private func interval(_ text: String) throws -> Interval { try #require(Interval(text)) }
    private func window(_ first: String, _ last: String) throws -> Window {
        .intervals(try interval(first)...(try interval(last)))
    }
    private func partitions(_ pinned: PinnedTable) -> [String] { pinned.inputs.map(\.partition) }

    @Test func `a window of days pins those partitions alone, in order`() async throws {
        let lake = try LakeFixture()
        for day in 18...24 { try await lake.publish("raw.log", "dt=2026-11-\(day)", [[Int64(day)]], kind: .stream) }
        let pinned = try await lake.pin("raw.log", try window("2026-11-20", "2026-11-22"))
        #expect(partitions(pinned) == ["dt=2026-11-20", "dt=2026-11-21", "dt=2026-11-22"])
        #expect(pinned.files.count == 3)
    }

    @Test func `a window across the new year`() async throws {
        let lake = try LakeFixture()
        for day in ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"] {
            try await lake.publish("raw.log", "dt=\(day)", [[1]], kind: .stream)
        }
        let pinned = try await lake.pin("raw.log", try window("2026-12-31", "2027-01-01"))
        #expect(partitions(pinned) == ["dt=2026-12-31", "dt=2027-01-01"])
    }

    @Test func `hours are pinned by day and by hour`() async throws {
        let lake = try LakeFixture()
        for place in ["2026-11-20/hour=23", "2026-11-21/hour=00", "2026-11-21/hour=05", "2026-11-22/hour=00"] {
            try await lake.publish("raw.log", "dt=\(place)", [[1]], kind: .stream)
        }
        let day = try await lake.pin("raw.log", try window("2026-11-21", "2026-11-21"))
        #expect(day.keys == ["dt", "hour"])
        #expect(partitions(day) == ["dt=2026-11-21/hour=00", "dt=2026-11-21/hour=05"])
        let night = try await lake.pin("raw.log", try window("2026-11-20T23", "2026-11-21T04"))
        #expect(partitions(night) == ["dt=2026-11-20/hour=23", "dt=2026-11-21/hour=00"])
    }

    @Test func `a day's partition is read for any of its hours`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", "dt=2026-11-21", [[1]])
        #expect(try await lake.pin("mart.sales", try window("2026-11-21T05", "2026-11-21T05")).files.count == 1)
        #expect(try await lake.pin("mart.sales", try window("2026-11-22T05", "2026-11-22T05")).files.isEmpty)
    }

    @Test func `an unpartitioned table is always whole`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.users", "", [[1]], kind: .extract)
        let pinned = try await lake.pin("raw.users", try window("2026-11-21", "2026-11-21"))
        #expect(pinned.keys.isEmpty && pinned.files.count == 1 && partitions(pinned) == [""])
    }

    @Test func `an empty window still has the table's columns`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.log", "dt=2026-11-21", [[1]], kind: .stream)
        let pinned = try await lake.pin("raw.log", try window("2025-01-01", "2025-01-01"))
        #expect(pinned.files.isEmpty && pinned.inputs.isEmpty)
        #expect(pinned.columns == [Column(name: "n", type: "BIGINT")])
    }

    @Test func `a table that isn't there suggests the nearest`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("raw.access_log", "dt=2026-11-21", [[1]], kind: .stream)
        let error = await #expect(throws: UnknownTable.self) { try await lake.pin("raw.acess_log") }
        #expect(error?.description == "no table raw.acess_log in the catalog; did you mean raw.access_log?")
        let far = await #expect(throws: UnknownTable.self) { try await lake.pin("warehouse.invoices") }
        #expect(far?.description == "no table warehouse.invoices in the catalog; see weir catalog")
    }

    @Test func `partitions are listed with what they hold`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", "dt=2026-11-22", [[1, 2], [3]], at: 5)
        try await lake.publish("mart.sales", "dt=2026-11-21", [[4]], at: 6)
        try await lake.publish("mart.sales", "dt=2026-11-20", [], at: 7)
        let name = try TableName("mart.sales")
        let listed = try await lake.store.read { try $0.partitions(of: name) }
        #expect(listed.map(\.partition) == ["dt=2026-11-21", "dt=2026-11-22"])
        #expect(listed.map(\.rows) == [1, 3])
        #expect(listed.map(\.objects) == [1, 2])
        #expect(listed.map(\.changedAt) == [6, 5])
    }
}
