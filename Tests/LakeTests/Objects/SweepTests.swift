import Foundation
import Store
import TestSupport
import Testing

@testable import Lake

@Suite struct SweepTests {
    let day = "dt=2026-11-21"
    let hour = Duration.seconds(3600)
    let hourInMilliseconds: Int64 = 3_600_000

    @Test func `the last three versions stay however old they are`() async throws {
        let lake = try LakeFixture()
        for value in Int64(1)...3 { try await lake.publish("mart.sales", day, [[value]], at: value) }
        try await lake.tree.project()
        #expect(try await lake.tree.sweep(now: 1000 * hourInMilliseconds, grace: hour) == 0)
        #expect(lake.files(below: ".objects").count == 3)
    }

    @Test func `an older version goes when it was superseded longer ago than the grace`() async throws {
        let lake = try LakeFixture()
        for value in Int64(1)...5 { try await lake.publish("mart.sales", day, [[value]], at: value * 1000) }
        try await lake.tree.project()
        // The first was superseded at 2,000 and the second at 3,000.
        #expect(try await lake.tree.sweep(now: 2000 + hourInMilliseconds, grace: hour) == 0)
        #expect(try await lake.tree.sweep(now: 2001 + hourInMilliseconds, grace: hour) == 1)
        #expect(try await lake.tree.sweep(now: 9000 + hourInMilliseconds, grace: hour) == 1)
        #expect(lake.files(below: ".objects").count == 3)
        #expect(try await lake.store.read { try $0.count("SELECT count(*) FROM versions") } == 3)
        #expect(try await lake.store.read { try $0.count("SELECT count(*) FROM objects") } == 3)
    }

    @Test func `an object that a kept version still names outlives the version that brought it`() async throws {
        let lake = try LakeFixture()
        for value in Int64(1)...6 {
            try await lake.publish("raw.log", day, [[value]], kind: .stream, mode: .append, at: value)
        }
        try await lake.tree.project()
        #expect(try await lake.tree.sweep(now: 1000 * hourInMilliseconds, grace: hour) == 0)
        #expect(lake.files(below: ".objects").count == 6)
        #expect(try await lake.pin("raw.log").files.count == 6)
        #expect(try await lake.store.read { try $0.count("SELECT count(*) FROM versions") } == 3)
    }

    @Test func `a partition whose public directory is behind keeps everything`() async throws {
        let lake = try LakeFixture()
        for value in Int64(1)...5 { try await lake.publish("mart.sales", day, [[value]], at: value) }
        #expect(try await lake.tree.sweep(now: 1000 * hourInMilliseconds, grace: hour) == 0)
        #expect(lake.files(below: ".objects").count == 5)
    }

    @Test func `a sweep that was cut off after its rows is finished by the next`() async throws {
        let lake = try LakeFixture()
        for value in Int64(1)...4 { try await lake.publish("mart.sales", day, [[value]], at: value) }
        try await lake.tree.project()
        let gone = try await lake.store.write { writing in
            try writing.execute("DELETE FROM version_objects WHERE version = 1")
            try writing.execute("DELETE FROM versions WHERE version = 1")
            try writing.execute("UPDATE objects SET state = 'retired' WHERE id = 1")
            return try writing.first("SELECT path FROM objects WHERE id = 1")?.text("path") ?? ""
        }
        try FileManager.default.removeItem(atPath: lake.folder.absolute(gone))
        #expect(try await lake.tree.sweep(now: 5, grace: hour) == 0)
        #expect(try await lake.store.read { try $0.count("SELECT count(*) FROM objects") } == 3)
    }
}
