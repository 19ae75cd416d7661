import CPlatform
import Flow
import Foundation
import TestSupport
import Testing

/// What can be wrong when an engine starts: each is one clear line and exit 1.
@Suite(.processes) struct StartFaultTests {
    private func refused(_ project: TemporaryDirectory) async throws -> String {
        let outcome = try await EngineUnderTest.launch(project).ended()
        #expect(outcome.code == 1)
        let lines = outcome.error.split(separator: "\n")
        #expect(lines.count == 1, "one line, not: \(outcome.error)")
        return String(lines.last ?? "")
    }

    @Test func `a second engine is refused and told who runs and how to reach it; the first goes on`() async throws {
        let project = try FaultProject.make()
        let engine = try await EngineUnderTest.start(project)
        let words = try await refused(project)
        #expect(
            words.hasSuffix(
                "an engine already runs for \(project.path) (pid \(engine.program.process)): see it with weir status, "
                    + "end it with weir stop"))
        #expect(try await engine.status().epoch == 1)
        #expect(try await engine.stop().code == 0)
        // The lock is free again, and the next engine is the next epoch.
        let next = try await EngineUnderTest.start(project)
        #expect(try await next.status().epoch == 2)
        try await next.stop()
    }

    @Test func `many engines started at once are one engine`() async throws {
        let project = try FaultProject.make()
        let programs = try (1...8).map { _ in try EngineUnderTest.launch(project) }
        let settled = try await eventually(within: .seconds(120)) { programs.count { $0.poll() == nil } == 1 }
        #expect(settled)
        let winner = try #require(programs.first { $0.poll() == nil })
        let engine = EngineUnderTest(project: project, program: winner)
        let answers = try await eventually { await engine.isReady }
        #expect(answers)
        #expect(try await engine.status().epoch == 1)
        try await engine.stop()
        for loser in programs where loser.process != winner.process {
            #expect(loser.poll() == 1)
            #expect(loser.standardError.contains("pid \(winner.process)") || loser.standardError.contains("try again"))
        }
    }

    @Test func `a busy port is named`() async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> UInt16 in
                guard bind(listener, generic, size) == 0, listen(listener, 1) == 0,
                    getsockname(listener, generic, &size) == 0
                else { return 0 }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
        try #require(port != 0)
        let words = try await refused(try FaultProject.make(port: Int(port)))
        #expect(words.contains("127.0.0.1:\(port)"))
        #expect(words.contains("is taken by another program"))
    }

    @Test func `a lake that can't be written is named`() async throws {
        let project = try FaultProject.make()
        // Root may write anywhere but below a file.
        try project.write("", to: "lake")
        let words = try await refused(project)
        #expect(words.contains(project("lake")))
    }

    @Test func `a store of a newer version is left alone`() async throws {
        let project = try FaultProject.make()
        try await EngineUnderTest.start(project).stop()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: project(".weir/weir.db")))
        // PRAGMA user_version is at offset 60 of the file's header.
        bytes[63] = 99
        try bytes.write(to: URL(fileURLWithPath: project(".weir/weir.db")))
        let words = try await refused(project)
        #expect(words.contains("was made by a newer version of weir: update weir to open it"))
    }
}
