import Store
import TestSupport
import Testing

@testable import Lake

@Suite struct LoadBatchTests {
    private func batch(_ lake: LakeFixture, _ table: String, _ interval: String, step: String = "serve") async throws
        -> LoadBatch
    {
        let name = try TableName(table)
        let folder = lake.folder
        return try await lake.store.read {
            try $0.loadBatch(of: name, step: step, interval: Interval(interval), in: folder)
        }
    }

    @Test func `a batch is named by its content: equal content again is the same batch, of a newer generation`()
        async throws
    {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", "dt=2026-11-21", [[1]])
        let first = try await batch(lake, "mart.sales", "2026-11-21")
        try await lake.publish("mart.sales", "dt=2026-11-21", [[2]])
        let second = try await batch(lake, "mart.sales", "2026-11-21")
        let name = try TableName("mart.sales")
        try await lake.store.write { _ = try $0.republish(table: name, partition: "dt=2026-11-21", at: 3) }
        let undone = try await batch(lake, "mart.sales", "2026-11-21")
        #expect(first.id != second.id && undone.id == first.id)
        #expect([first.generation, second.generation, undone.generation] == [1, 2, 3])
    }

    @Test func `steps and intervals have batches of their own`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", "dt=2026-11-21", [[1]])
        try await lake.publish("mart.sales", "dt=2026-11-22", [[1]])
        let ids = [
            try await batch(lake, "mart.sales", "2026-11-21").id, try await batch(lake, "mart.sales", "2026-11-22").id,
            try await batch(lake, "mart.sales", "2026-11-21", step: "other").id,
        ]
        #expect(Set(ids).count == 3)
    }

    @Test func `a table without partitions is one batch whichever interval the run is for`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.totals", "", [[1]])
        let one = try await batch(lake, "mart.totals", "2026-11-21")
        #expect(one.interval == nil)
        #expect(one == (try await batch(lake, "mart.totals", "2026-11-22")))
    }
}
