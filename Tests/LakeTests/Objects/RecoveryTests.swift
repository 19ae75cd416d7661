import Foundation
import Store
import TestSupport
import Testing

@testable import Lake

/// Each test leaves on disk what a kill at one point of publishing would, and starts again.
@Suite struct RecoveryTests {
    let day = "dt=2026-11-21"
    var directory: String { "mart/sales/\(day)" }

    /// What must hold after every start: the public tree, the manifest and `.objects/` agree, and nothing is left over.
    private func expectAgreement(_ lake: LakeFixture, _ objects: Int = 1) async throws {
        #expect(lake.files(below: directory) == (try await lake.pinnedNames("mart.sales")))
        #expect(lake.files(below: ".objects").count == objects)
        #expect(try lake.home.names(in: "lake/.stage").isEmpty)
        #expect(try lake.home.names(in: "lake/.exchange").isEmpty)
        #expect(try await lake.dirty == 0)
    }

    @Test func `killed while a file was staged`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try lake.home.write("half a file", to: "lake/.stage/run-1-step-a-1/0.parquet")
        try await lake.tree.recover()
        try await expectAgreement(lake)
    }

    @Test func `killed between placing and publishing`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        _ = try lake.staged("mart.sales", day, [[2]])
        _ = try lake.staged("mart.other", "", [[2]])
        #expect(lake.files(below: ".objects").count == 3)
        try await lake.tree.recover()
        try await expectAgreement(lake)
        #expect(try lake.home.names(in: "lake/.objects/mart") == ["sales"])
    }

    @Test func `killed between publishing and projecting`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.tree.project()
        try await lake.publish("mart.sales", day, [[2]])
        try await lake.tree.recover()
        try await expectAgreement(lake, 2)
    }

    @Test func `killed while the new directory was made beside the tree`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.tree.project()
        try await lake.publish("mart.sales", day, [[2], [3]])
        let new = try await lake.pinnedNames("mart.sales")
        let beside = "lake/.exchange/mart.sales,\(day)"
        try FileManager.default.createDirectory(atPath: lake.home(beside), withIntermediateDirectories: true)
        #expect(
            try Disk.link(lake.folder.absolute(".objects/\(directory)/\(new[0])"), lake.home(beside) + "/" + new[0]))
        try await lake.tree.recover()
        try await expectAgreement(lake, 3)
    }

    @Test func `killed after the exchange, with another program's file put into the old directory last`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.tree.project()
        let old = try await lake.pinnedNames("mart.sales")
        try await lake.publish("mart.sales", day, [[2]])
        try await lake.tree.project()
        // The old directory as it was at the moment of the exchange, not yet taken apart; the mark not yet cleared.
        let beside = "lake/.exchange/mart.sales,\(day)"
        try lake.home.write("theirs", to: beside + "/late.csv")
        #expect(
            try Disk.link(lake.folder.absolute(".objects/\(directory)/\(old[0])"), lake.home(beside) + "/" + old[0]))
        try await lake.store.write { try $0.execute("UPDATE partitions SET dirty = 1") }
        try await lake.tree.recover()
        try await expectAgreement(lake, 2)
        #expect(try lake.home.read("lake/\(directory)/late.csv") == "theirs")
    }

    @Test func `a newer file of another program wins over the link that was copied before`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.tree.project()
        try lake.home.write("first", to: "lake/\(directory)/theirs.csv")
        let beside = "lake/.exchange/mart.sales,\(day)/theirs.csv"
        try lake.home.write("second", to: beside)
        try FileManager.default.setAttributes(
            [.modificationDate: Date.distantFuture], ofItemAtPath: lake.home(beside))
        try await lake.tree.recover()
        #expect(try lake.home.read("lake/\(directory)/theirs.csv") == "second")
        try await expectAgreement(lake)
    }

    @Test func `links of a former version go and lost links come back`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        let old = try await lake.pinnedNames("mart.sales")[0]
        try await lake.publish("mart.sales", day, [[2]])
        try await lake.tree.project()
        let new = try await lake.pinnedNames("mart.sales")[0]
        let open = lake.folder.absolute(directory) + "/"
        #expect(try Disk.link(lake.folder.absolute(".objects/\(directory)/\(old)"), open + old))
        try FileManager.default.removeItem(atPath: open + new)
        try await lake.tree.recover()
        try await expectAgreement(lake, 2)
    }

    @Test func `a store that was lost leaves the public files, for a crawl to adopt`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.tree.project()
        let name = try await lake.pinnedNames("mart.sales")
        let fresh = try Store.openForWriting(lake.home("new.db"))
        try await PublicTree(folder: lake.folder, store: fresh).recover()
        #expect(lake.files(below: directory) == name)
    }

    @Test func `recovering twice changes nothing`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.tree.recover()
        let before = try FileManager.default.attributesOfItem(atPath: lake.folder.absolute(directory))[
            .systemFileNumber]
        try await lake.tree.recover()
        let after = try FileManager.default.attributesOfItem(atPath: lake.folder.absolute(directory))[.systemFileNumber]
        #expect(before as? UInt64 == after as? UInt64)
        try await expectAgreement(lake)
    }
}
