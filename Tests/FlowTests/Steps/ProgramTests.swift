import Foundation
import Lake
import Store
import TestSupport
import Testing

@testable import Flow

/// Real programs, in groups of their own.
@Suite(.processes) struct ProgramTests {
    let site: Site
    let children: RecordedProcesses
    let written = AttemptLog()

    init() throws {
        site = try Site()
        children = RecordedProcesses(store: site.store, epoch: 1)
    }

    func program(_ arguments: [String], input: String = "", timeout: Duration? = nil) -> Program {
        Program(
            arguments: arguments, directory: site.folder.path,
            environment: ["PATH": "/usr/bin:/bin", "WEIR_DT": "2026-11-21"], input: Array(input.utf8), timeout: timeout)
    }

    func run(_ program: Program) async throws -> Program.End {
        try await program.run(children: children) { [written] in written.append($0) }
    }

    @Test func `a program gets its input, its variables and its folder`() async throws {
        try site.script("tell.sh", "cat; echo; echo \"$WEIR_DT $1\"; pwd")
        let end = try await run(program(["./tell.sh", "now"], input: #"{"floor":3}"#))
        #expect(end.outcome == .exited(0))
        #expect(written.contents == "{\"floor\":3}\n2026-11-21 now\n\(site.folder.path)\n")
        #expect(end.lastOutput == site.folder.path)
    }

    @Test func `a program that reads nothing and exits at once is well`() async throws {
        let end = try await run(program(["true"], input: String(repeating: "x", count: 1_000_000)))
        #expect(end.outcome == .exited(0))
    }

    @Test func `an input beyond the pipe's size arrives whole`() async throws {
        let end = try await run(program(["wc", "-c"], input: String(repeating: "x", count: 1_000_000)))
        #expect(end.lastOutput == "1000000")
    }

    @Test func `exit codes, signals and the last line of each stream are told`() async throws {
        try site.script("fail.sh", "echo out; echo >&2; echo 'no such bucket' >&2; exit 3")
        let failed = try await run(program(["./fail.sh"]))
        #expect(failed.outcome == .exited(3))
        #expect(failed.lastOutput == "out")
        #expect(failed.lastError == "no such bucket")
        let killed = try await run(program(["sh", "-c", "kill -9 $$"]))
        #expect(killed.outcome == .signalled(9))
    }

    @Test func `a program that isn't there says where it was looked for`() async throws {
        let missing = await #expect(throws: WorkFailure.self) { try await run(program(["no-such-program"])) }
        #expect(missing?.description == "Command.Failed: no program no-such-program in PATH")
        let path = await #expect(throws: WorkFailure.self) { try await run(program(["./none.sh"])) }
        #expect(path?.message == "there is no \(site.folder("./none.sh"))")
        try site.folder.write("#!/bin/sh\n", to: "plain.sh")
        let plain = await #expect(throws: WorkFailure.self) { try await run(program(["./plain.sh"])) }
        #expect(plain?.message == "\(site.folder("./plain.sh")) is not executable: chmod +x ./plain.sh")
    }

    @Test func `a timeout ends the whole group, also what ignores being asked`() async throws {
        try site.script("stay.sh", "trap '' TERM; sleep 600 & echo $! > child; while :; do sleep 0.1; done")
        let end = try await run(program(["./stay.sh"], timeout: .milliseconds(300)))
        #expect(end.outcome == .timedOut(.milliseconds(300)))
        let child = try #require(Int32(try site.folder.read("child").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(try await eventually { ProcessIdentity(running: child) == nil })
    }

    @Test func `cancelling the task ends the group`() async throws {
        try site.script("stay.sh", "sleep 600 & echo $! > child; echo started; wait")
        let program = program(["./stay.sh"])
        let end = try await withThrowingTaskGroup(of: Program.End.self) { group in
            group.addTask { try await self.run(program) }
            #expect(try await eventually { written.contents == "started\n" })
            group.cancelAll()
            return try await group.next()
        }
        #expect(end?.outcome == .cancelled)
        let child = try #require(Int32(try site.folder.read("child").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(try await eventually { ProcessIdentity(running: child) == nil })
    }

    @Test func `what a program leaves behind in its group ends with it`() async throws {
        let end = try await run(program(["sh", "-c", "sleep 600 & echo $!"]))
        #expect(end.outcome == .exited(0))
        let child = try #require(Int32(end.lastOutput))
        #expect(try await eventually { ProcessIdentity(running: child) == nil })
    }

    @Test func `the group is recorded while it runs and forgotten afterwards`() async throws {
        try site.script("look.sh", "echo $$; read -r line; echo \"$line\"")
        let recorded = AsyncStream<Int32>.makeStream()
        let end = try await program(["sh", "-c", "echo $$; sleep 0.2"]).run(children: children) { bytes in
            let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard let process = Int32(text) else { return }
            let count = try? site.store.readBlocking {
                try $0.count(
                    "SELECT count(*) FROM processes WHERE pid = ? AND role = 'run'", [.integer(Int64(process))])
            }
            if count == 1 { recorded.continuation.yield(process) }
        }
        recorded.continuation.finish()
        var seen: [Int32] = []
        for await process in recorded.stream { seen.append(process) }
        #expect(seen.map(String.init) == [end.lastOutput])
        #expect(try await site.store.read { try $0.count("SELECT count(*) FROM processes") } == 0)
    }

    @Test func `a flood of output is kept at its ends`() async throws {
        let end = try await run(program(["sh", "-c", "echo first; yes | head -c 3000000; echo last"]))
        #expect(end.lastOutput == "last")
        #expect(written.contents.utf8.count < 200_000)
        #expect(written.contents.hasPrefix("first\n"))
        #expect(written.contents.hasSuffix("last\n"))
        #expect(written.contents.contains(" bytes left out "))
    }

    @Test func `text within its limit is whole, and beyond it says how much is gone`() {
        var text = BoundedText(limit: 10)
        text.append(Array("0123456789".utf8))
        #expect(text.contents == "0123456789")
        text.append(Array("abc".utf8))
        #expect(text.contents == "01234\n… 3 bytes left out …\n89abc")
        for _ in 0..<1_000 { text.append(Array("xyz".utf8)) }
        #expect(text.contents == "01234\n… 3003 bytes left out …\nyzxyz")
    }
}
