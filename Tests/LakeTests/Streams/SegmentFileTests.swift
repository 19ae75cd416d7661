import Foundation
import TestSupport
import Testing

@testable import Lake

@Suite struct SegmentFileTests {
    private let folder = TemporaryDirectory()

    private func size(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: folder(name))[.size] as? Int
    }

    @Test func `its space is there before the first byte, and what is left of it goes back at the end`() throws {
        let file = try SegmentFile(creating: folder("a"), capacity: 8192)
        #expect(try size("a") == 8192)
        #expect(file.hasRoom(for: 8192) && !file.hasRoom(for: 8193))
        try file.append(Array("records".utf8))
        #expect(file.hasRoom(for: 8185) && !file.hasRoom(for: 8186))
        file.seal()
        #expect(try folder.read("a") == "records")
    }

    @Test func `one that never held anything durable leaves no file`() throws {
        try SegmentFile(creating: folder("a"), capacity: 4096).seal()
        #expect(try folder.names() == [])
    }

    @Test func `an existing file is never written over`() throws {
        try folder.write("records", to: "a")
        let failure = #expect(throws: LakeError.self) { try SegmentFile(creating: folder("a"), capacity: 4096) }
        #expect(failure.map { "\($0)".contains("can't make \(folder("a")): File exists") } == true)
        #expect(try folder.read("a") == "records")
    }
}
