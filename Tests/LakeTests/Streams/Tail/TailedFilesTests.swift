import Foundation
import Glibc
import TestSupport
import Testing

@testable import Lake

@Suite struct TailedFilesTests {
    @Test func `a file is read as it grows, and half a line waits for its end`() {
        let site = LogSite("access.log")
        #expect(site.look() == [])
        site.append("a\nb", to: "access.log")
        #expect(site.look() == ["a"])
        #expect(site.look() == [])
        site.pass(.seconds(3600))
        #expect(site.look() == [])
        site.append("c\n", to: "access.log")
        #expect(site.look() == ["bc"])
        #expect(
            site.files.status.files == [TailedFile(path: site.folder("access.log"), state: .reading, offset: 5, lag: 0)]
        )
    }

    @Test func `files that a pattern names later are read whole, others never`() throws {
        let site = LogSite("logs/*.log", "app/*/out.txt")
        #expect(site.look() == [])
        try site.folder.write("a\n", to: "logs/one.log")
        try site.folder.write("x\n", to: "logs/one.txt")
        try site.folder.write("x\n", to: "logs/.hidden.log")
        try site.folder.write("b\n", to: "app/1/out.txt")
        #expect(site.look().sorted() == ["a", "b"])
        try site.folder.write("c\n", to: "logs/two.log")
        #expect(site.look() == ["c"])
        #expect(site.files.folders.contains(site.folder("logs")))
    }

    @Test func `many files take turns in one frame, and few are held open`() {
        let site = LogSite("*.log")
        let count = TailedFiles.openLimit + 20
        for number in 0..<count { site.append("\(number)\n", to: "\(number).log") }
        #expect(Set(site.look()) == Set((0..<count).map { "\($0)" }))
        #expect(site.files.openCount <= TailedFiles.openLimit)
        for number in 0..<count { site.append("again \(number)\n", to: "\(number).log") }
        #expect(Set(site.look()) == Set((0..<count).map { "again \($0)" }))
        #expect(site.files.openCount <= TailedFiles.openLimit)
        // Rotated files that are read to their end keep no new one from being opened.
        for number in 0..<count {
            site.move("\(number).log", "\(number).log.1")
            site.append("new \(number)\n", to: "\(number).log")
        }
        #expect(Set(site.look()) == Set((0..<count).map { "new \($0)" }))
        #expect(site.files.openCount <= TailedFiles.openLimit)
        site.restart()
        #expect(site.look() == [])
        for number in 0..<count { site.append("last \(number)\n", to: "\(number).log") }
        #expect(Set(site.look()) == Set((0..<count).map { "last \($0)" }))
    }

    @Test func `what was not stored is read again`() {
        let site = LogSite("access.log")
        site.append("a\nb\n", to: "access.log")
        #expect(site.lookInVain() == 2)
        #expect(site.lookInVain() == 2)
        #expect(site.look() == ["a", "b"])
    }

    @Test func `a new engine goes on where the last one ended`() {
        let site = LogSite("access.log")
        site.append("a\nha", to: "access.log")
        #expect(site.look() == ["a"])
        site.restart()
        site.append("lf\nb\n", to: "access.log")
        #expect(site.look() == ["half", "b"])
        site.restart()
        #expect(site.look() == [])
    }

    @Test func `of a line that is too long the beginning is kept, and the next line is whole, also after a crash`() {
        let site = LogSite("access.log")
        site.append("a\n" + String(repeating: "x", count: 3 << 20), to: "access.log")
        #expect(site.look() == ["a", "\(LineCut.lineLimit + 1) bytes"])
        site.append(String(repeating: "x", count: 3 << 20), to: "access.log")
        site.restart()
        #expect(site.look() == [])
        site.append("xx\nb\n", to: "access.log")
        #expect(site.look() == ["b"])
    }

    @Test func `with start at the end only new lines of old files are read, and all of new files`() {
        let site = LogSite("*.log", start: .end)
        site.append("old\nhalf", to: "a.log")
        #expect(site.look() == [])
        site.restart()
        site.append(" of an old line\nnew\n", to: "a.log")
        site.append("all\n", to: "b.log")
        #expect(site.look().sorted() == ["all", "new"])
        site.restart()
        site.append("of\n", to: "c.log")
        #expect(site.look() == ["of"])
    }

    @Test func `what is no longer named is left, and taken up where it was left`() {
        let site = LogSite("a.log")
        site.append("1\n", to: "a.log")
        #expect(site.look() == ["1"])
        let settings = site.settings
        site.settings.patterns = [site.folder("b.log")]
        site.append("2\n", to: "a.log")
        site.append("b\n", to: "b.log")
        #expect(site.look() == ["b"])
        site.restart()
        #expect(site.look() == [])
        site.settings = settings
        #expect(site.look() == ["2"])
    }

    @Test func `a file that may not be read is told of once, clearly, and read when it may be`() throws {
        let site = LogSite("access.log")
        site.append("a\n", to: "access.log")
        let path = site.folder("access.log")
        chmod(path, 0)
        let symbol = try #require(dlsym(nil, "setfsuid"))
        let actAs = unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> Int32).self)
        // Root may read everything; this thread acts as nobody meanwhile.
        if geteuid() == 0 { _ = actAs(65534) }
        let lines = [site.look(), site.look()]
        let status = site.files.status
        if geteuid() == 0 { _ = actAs(0) }
        #expect(lines == [[], []])
        #expect(
            status.problem == "can't open \(path): Permission denied: let the engine's user read it")
        #expect(status.files.map(\.state) == [.unreadable])
        chmod(path, 0o644)
        #expect(site.look() == ["a"])
        #expect(site.files.status.problem == nil)
    }

    @Test func `positions of files that went are forgotten after a week, others never`() {
        let site = LogSite("*.log")
        site.append("a\n", to: "a.log")
        site.append("b\n", to: "b.log")
        #expect(site.look().count == 2)
        site.remove("a.log")
        #expect(site.look() == [])
        site.pass(.seconds(10))
        #expect(site.look() == [])
        #expect(site.record.finished.count == 1)
        #expect(site.record.positions.count == 2)
        site.pass(.seconds(8 * 86_400))
        #expect(site.look() == [])
        #expect(site.record.positions.values.map(\.path) == [site.folder("b.log")])
        site.restart()
        #expect(site.look() == [])
    }
}
