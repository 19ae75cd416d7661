import Foundation
import TestSupport
import Testing

@testable import DuckDB

@Suite struct RejectFilesTests {
    private let folder = TemporaryDirectory()

    private func add(_ line: String, _ files: RejectFiles, day: Int = 0, reason: String) throws {
        try Array(line.utf8).withUnsafeBufferPointer { line in
            try files.add(
                line, day: day, keyword: reason.split(separator: ":").first.map(String.init) ?? "", reason: reason)
        }
    }
    private func open() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
            return target?.hasPrefix(folder.path) == true
        }
    }

    @Test func `lines are kept by day and reason, in the order of days and reasons`() throws {
        let files = RejectFiles(directory: folder.path)
        try add("b", files, day: 2, reason: "too long")
        try add("a", files, day: 1, reason: "utf8")
        try add("c", files, day: 2, reason: "syntax: x")
        try add("d", files, day: 2, reason: "too long")
        let found = try files.finish()
        #expect(found.map(\.day) == [1, 2, 2])
        #expect(found.map(\.reason) == ["utf8", "syntax: x", "too long"])
        #expect(found.map(\.records) == [1, 1, 2])
        #expect(try String(contentsOfFile: found[2].path, encoding: .utf8) == "b\nd\n")
        #expect(try open() == 0)
    }

    @Test func `more reasons than a hundred share a file for each keyword`() throws {
        let files = RejectFiles(directory: folder.path)
        for column in 0..<150 { try add("x", files, reason: "type: c\(column) is not BIGINT") }
        #expect(try open() == 101)
        let found = try files.finish()
        #expect(found.count == 101)
        #expect(found.first { $0.reason == "type" }?.records == 50)
        #expect(found.allSatisfy { $0.keyword == "type" })
    }

    @Test func `a file that is large is followed by another`() throws {
        let files = RejectFiles(directory: folder.path)
        let line = String(repeating: "x", count: (1 << 20) - 1)
        for _ in 0..<17 { try add(line, files, reason: "utf8") }
        let found = try files.finish()
        #expect(found.map(\.records) == [16, 1])
        for file in found {
            let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
            #expect(size == file.records << 20)
        }
    }

    @Test func `files that can't be ended stay open no longer than their scan`() throws {
        // Ended, the scan closes what it made, and nothing else.
        do {
            let files = RejectFiles(directory: folder.path)
            try add("x", files, reason: "utf8")
            #expect(try open() == 1)
        }
        #expect(try open() == 0)
    }

    @Test func `a folder that is gone is named in the error`() throws {
        let files = RejectFiles(directory: folder("none"))
        let failure = #expect(throws: DuckDBError.self) { try add("x", files, reason: "too long") }
        #expect(failure?.description.contains("can't make \(folder("none"))/0-too-long.txt: No such file") == true)
    }
}
