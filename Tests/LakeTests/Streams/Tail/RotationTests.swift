import Foundation
import TestSupport
import Testing

@testable import Lake

/// What log rotation does to files, before the eyes of an engine and behind its back.
@Suite(.processes) struct RotationTests {
    @Test func `a renamed file is read to its end before the new one, also what comes late`() {
        let site = LogSite("access.log")
        site.append("1\n", to: "access.log")
        #expect(site.look() == ["1"])
        site.append("2\n", to: "access.log")
        site.move("access.log", "access.log.1")
        site.append("3\n", to: "access.log")
        #expect(site.look() == ["2", "3"])
        site.append("late\n", to: "access.log.1")
        #expect(site.look() == ["late"])
        site.move("access.log.1", "access.log.2")
        site.move("access.log", "access.log.1")
        site.append("4\n", to: "access.log")
        #expect(site.look() == ["4"])
        site.restart()
        #expect(site.look() == [])
    }

    @Test func `the last half line of a rotated file is a line once the file is quiet`() {
        let site = LogSite("access.log")
        site.append("1\nhalf", to: "access.log")
        #expect(site.look() == ["1"])
        site.move("access.log", "access.log.1")
        #expect(site.look() == [])
        site.append("er", to: "access.log.1")
        site.pass(.seconds(4))
        #expect(site.look() == [])
        site.pass(.seconds(4))
        #expect(site.look() == [])
        site.pass(.seconds(2))
        #expect(site.look() == ["halfer"])
        site.pass(.seconds(10))
        #expect(site.look() == [])
    }

    @Test func `a file that was deleted is still read to its end`() {
        let site = LogSite("access.log")
        site.append("1\n", to: "access.log")
        #expect(site.look() == ["1"])
        site.append("2\n3", to: "access.log")
        site.remove("access.log")
        site.append("4\n", to: "access.log")
        #expect(site.look() == ["2", "4"])
        site.pass(.seconds(6))
        #expect(site.look() == ["3"])
        site.pass(.seconds(6))
        #expect(site.look() == [])
        #expect(site.files.openCount == 1)
    }

    @Test func `a file that was cut is read from its start, also when it is longer again by then`() {
        let site = LogSite("access.log")
        site.append("aaa\nbbb\n", to: "access.log")
        #expect(site.look() == ["aaa", "bbb"])
        site.cut("access.log")
        site.append("c\n", to: "access.log")
        #expect(site.look() == ["c"])
        site.cut("access.log")
        site.append("ddd\neee\nfff\n", to: "access.log")
        #expect(site.look() == ["ddd", "eee", "fff"])
    }

    @Test(arguments: [false, true], [false, true])
    func `what a copy holds that was cut away is read from the copy`(isCompressed: Bool, isUnseen: Bool) throws {
        let site = LogSite("access.log")
        site.append("1\n", to: "access.log")
        #expect(site.look() == ["1"])
        site.append("2\n", to: "access.log")
        try site.copy("access.log", "access.log.1")
        site.cut("access.log")
        if isCompressed { try site.compress("access.log.1") }
        site.append("new\n", to: "access.log")
        if isUnseen { site.restart() }
        #expect(site.look() == ["2", "new"])
        site.pass(.seconds(10))
        #expect(site.look() == [])
        site.restart()
        #expect(site.look() == [])
    }

    @Test(arguments: [false, true])
    func `a file that was rotated while no engine ran is read from where it was left`(isCompressed: Bool) throws {
        let site = LogSite("access.log")
        site.append("1\n2", to: "access.log")
        #expect(site.look() == ["1"])
        site.append("\n3\nhalf", to: "access.log")
        site.move("access.log", "access.log.1")
        if isCompressed { try site.compress("access.log.1") }
        site.append("4\n", to: "access.log")
        site.restart()
        #expect(site.look() == (isCompressed ? ["2", "3", "4", "half"] : ["2", "3", "4"]))
        site.pass(.seconds(10))
        #expect(site.look() == (isCompressed ? [] : ["half"]))
        site.restart()
        #expect(site.look() == [])
    }

    @Test func `several rotations while no engine ran are all read, and what had been read before is not`() throws {
        let site = LogSite("access.log")
        site.append("0\n", to: "access.log")
        #expect(site.look() == ["0"])
        site.move("access.log", "access.log.1")
        site.append("1\n", to: "access.log")
        #expect(site.look() == ["1"])
        // Behind the engine's back.
        try site.compress("access.log.1")
        site.move("access.log.1.gz", "access.log.3.gz")
        site.append("2\n", to: "access.log")
        site.move("access.log", "access.log.2")
        try site.compress("access.log.2")
        site.append("3\n", to: "access.log")
        site.move("access.log", "access.log.1")
        site.append("4\n", to: "access.log")
        site.restart()
        #expect(site.look() == ["2", "4"])
        // A file that may still be in the making waits.
        site.pass(.seconds(10))
        #expect(site.look() == ["3"])
        site.restart()
        site.pass(.seconds(10))
        #expect(site.look() == [])
    }

    @Test func `an inode that another file has by now leads nobody astray`() throws {
        let site = LogSite("access.log")
        site.append("1\n", to: "access.log")
        #expect(site.look() == ["1"])
        site.append("2\n", to: "access.log")
        site.move("access.log", "access.log.1")
        try site.compress("access.log.1")
        site.append("new 1\nnew 2\n", to: "access.log")
        let new = try #require(FolderSurvey().file(site.folder("access.log")))
        site.restart { record in
            for source in record.positions.keys { record.positions[source]?.identity = new.identity }
        }
        #expect(site.look() == ["2", "new 1", "new 2"])
        site.restart()
        #expect(site.look() == [])
    }

    @Test func `a pattern that names rotated files too reads each line once`() throws {
        let site = LogSite("access*")
        site.append("1\n", to: "access.log")
        #expect(site.look() == ["1"])
        try site.copy("access.log", "access.log.1")
        #expect(site.look() == [])
        site.cut("access.log")
        site.append("second\n", to: "access.log")
        #expect(site.look() == ["second"])
        site.move("access.log.1", "access.log.2")
        site.move("access.log", "access.log.1")
        site.append("3\n", to: "access.log")
        try site.compress("access.log.2")
        #expect(site.look() == ["3"])
        site.pass(.seconds(10))
        #expect(site.look() == [])
        site.restart()
        site.pass(.seconds(10))
        #expect(site.look() == [])
        // The name of a second instance only looks like rotation.
        site.append("other\n", to: "access-2.log")
        #expect(site.look() == ["other"])
    }

    @Test func `many archives are read, a few at a time`() throws {
        let site = LogSite("*.log")
        let count = TailedFiles.archiveLimit + 3
        for number in 0..<count { site.append("\(number)\n", to: "\(number).log") }
        #expect(site.look().count == count)
        for number in 0..<count {
            site.append("rest of \(number)\n", to: "\(number).log")
            site.move("\(number).log", "\(number).log.1")
            try site.compress("\(number).log.1")
        }
        site.restart()
        var lines: [String] = []
        for _ in 0..<3 {
            lines += site.look()
            #expect(site.files.sources.count { $0.content is GzipLog } <= TailedFiles.archiveLimit)
            site.pass(.seconds(10))
        }
        #expect(lines.sorted() == (0..<count).map { "rest of \($0)" })
        #expect(site.look() == [])
    }

    @Test func `logs that begin alike are told apart`() throws {
        let site = LogSite("access.log")
        let header = "#Fields: a b\n"
        site.append(header + "1\n", to: "access.log")
        #expect(site.look() == ["#Fields: a b", "1"])
        site.move("access.log", "access.log.3")
        try site.compress("access.log.3")
        try site.age("access.log.3.gz", by: 86_400)
        site.append(header, to: "access.log")
        #expect(site.look() == ["#Fields: a b"])
        // Behind the engine's back one file with no more than a header goes, and one with more comes and goes.
        site.remove("access.log")
        site.append(header + "2\n", to: "access.log.1")
        try site.compress("access.log.1")
        site.append(header + "3\n", to: "access.log")
        site.restart()
        var lines = site.look()
        site.pass(.seconds(10))
        lines += site.look()
        #expect(lines.filter { $0.count == 1 }.sorted() == ["2", "3"])
        site.restart()
        site.pass(.seconds(10))
        #expect(site.look() == [])
    }

    @Test func `an archive that is damaged is told of, and costs nothing but its own end`() throws {
        let site = LogSite("access.log")
        let text = (0..<400_000).map { "\($0 &* 7919 % 100_003)\n" }.joined()
        site.append(String(text.prefix(10_000)), to: "access.log")
        let before = site.look().count
        site.append(String(text.dropFirst(10_000)), to: "access.log")
        site.move("access.log", "access.log.1")
        try site.compress("access.log.1")
        let path = site.folder("access.log.1.gz")
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
        site.append("new\n", to: "access.log")
        site.restart()
        let lines = site.look()
        #expect(lines.contains("new"))
        #expect(before + lines.count < 400_000)
        #expect(site.files.status.problem?.hasPrefix("can't decompress \(path): it ends early, after ") == true)
        #expect(site.look() == [])
    }
}
