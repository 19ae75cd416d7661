import Foundation
import Store
import Synchronization
import TestSupport
import Testing

@testable import Lake

@Suite struct PublicTreeTests {
    let day = "dt=2026-11-21"
    var directory: String { "mart/sales/\(day)" }

    @Test func `a reader that lists the directory beside a writer never reads a mixture`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[0], [0], [0]])
        try await lake.tree.project()

        let stop = Mutex(false)
        let path = lake.folder.absolute(directory)
        async let reading = BlockingQueue("reader").run { () -> (whole: Int, mixed: Int, lost: Int) in
            var counts = (whole: 0, mixed: 0, lost: 0)
            while !stop.withLock({ $0 }) {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
                let files = names.map { FileManager.default.contents(atPath: path + "/" + $0) }
                // A directory taken apart while it is listed is empty: that reader fails too.
                if files.isEmpty || files.contains(nil) {
                    counts.lost += 1
                } else if files.count == 3, Set(files).count == 1 {
                    counts.whole += 1
                } else {
                    counts.mixed += 1
                }
            }
            return counts
        }
        for value in Int64(1)...60 {
            // Three objects of equal bytes: each version is three files that are alike.
            try await lake.publish("mart.sales", day, [[value], [value], [value]])
            try await lake.tree.project()
        }
        stop.withLock { $0 = true }
        let counts = try await reading
        #expect(counts.mixed == 0)
        #expect(counts.whole > 0)
    }

    @Test func `a version published while another is projected stays dirty until it shows`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        let place = PartitionPlace(try TableName("mart.sales"), day)
        let older = try await lake.store.read { try $0.publicManifest(of: place) }
        try await lake.publish("mart.sales", day, [[2]])
        // What a projection of the first version would do after the second was published.
        try PublicDirectory(lake.folder, place).show(older)
        try await lake.store.write { writing in
            try writing.execute(
                "UPDATE partitions SET dirty = 0 WHERE version = ?", [.integer(older.version)])
        }
        #expect(try await lake.dirty == 1)
        try await lake.tree.project()
        #expect(lake.files(below: directory) == (try await lake.pinnedNames("mart.sales")))
    }

    @Test func `projections at the same time end with the newest version shown`() async throws {
        let lake = try LakeFixture()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for value in Int64(1)...20 {
                group.addTask {
                    try await lake.publish("mart.sales", day, [[value]])
                    try await lake.tree.project()
                }
            }
            try await group.waitForAll()
        }
        #expect(try await lake.dirty == 0)
        #expect(lake.files(below: directory) == (try await lake.pinnedNames("mart.sales")))
        #expect(try lake.home.names(in: "lake/.exchange").isEmpty)
    }

    @Test func `files and folders of other programs stay through every exchange`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.tree.project()
        try lake.home.write("theirs", to: "lake/\(directory)/_SUCCESS")
        try lake.home.write("part", to: "lake/\(directory)/_temporary/0/part")
        for value in Int64(2)...3 {
            try await lake.publish("mart.sales", day, [[value]])
            try await lake.tree.project()
        }
        #expect(try lake.home.read("lake/\(directory)/_SUCCESS") == "theirs")
        #expect(try lake.home.read("lake/\(directory)/_temporary/0/part") == "part")
        #expect(lake.files(below: directory) == (try await lake.pinnedNames("mart.sales")))
    }

    @Test func `a folder that others made before the first version is kept`() async throws {
        let lake = try LakeFixture()
        try lake.home.write("theirs", to: "lake/\(directory)/readme.txt")
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.tree.project()
        #expect(try lake.home.read("lake/\(directory)/readme.txt") == "theirs")
        #expect(lake.files(below: directory).count == 1)
    }

    @Test func `an unpartitioned table's partition folders of others stay`() async throws {
        let lake = try LakeFixture()
        try lake.home.write("theirs", to: "lake/raw/users/dt=2026-01-01/x.txt")
        for value in Int64(1)...2 {
            try await lake.publish("raw.users", "", [[value]], kind: .extract)
            try await lake.tree.project()
        }
        #expect(try lake.home.read("lake/raw/users/dt=2026-01-01/x.txt") == "theirs")
        #expect(lake.files(below: "raw/users").count == 1)
    }

    @Test func `a link in the place of a partition's folder is refused, and other partitions still show`() async throws
    {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        try await lake.publish("mart.sales", "dt=2026-11-22", [[1]])
        try lake.home.write("", to: "elsewhere/x")
        try lake.home.write("", to: "lake/mart/sales/x")
        try FileManager.default.createSymbolicLink(
            atPath: lake.folder.absolute(directory), withDestinationPath: lake.home("elsewhere"))
        let error = await #expect(throws: LakeError.self) { try await lake.tree.project() }
        #expect(error?.description.contains("it is a file or a link, not a folder") == true)
        #expect(lake.files(below: "mart/sales/dt=2026-11-22").count == 1)
        #expect(try lake.home.names(in: "elsewhere") == ["x"])
    }

    @Test func `objects can't be written through the public tree`() async throws {
        let lake = try LakeFixture()
        try await lake.publish("mart.sales", day, [[1]])
        let path = try await lake.pin("mart.sales").files[0]
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o444)
    }
}
