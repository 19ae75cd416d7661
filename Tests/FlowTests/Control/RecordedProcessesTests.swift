import CPlatform
import Foundation
import Store
import TestSupport
import Testing

@testable import Flow

@Suite struct RecordedProcessesTests {
    let folder = TemporaryDirectory()

    /// A program that would run for an hour, in a process group of its own.
    private func startSleeper() throws -> Int32 {
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("3600"), nil]
        defer { for text in arguments { free(text) } }
        let environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: Int32 = 0
        let code = weir_spawn(
            "/bin/sleep", arguments, environment,
            weir_spawn_options(input: 0, output: 1, error: 2, new_session: false, new_group: true, directory: nil),
            &process)
        try #require(code == 0)
        return process
    }

    @Test func `a new engine ends what an older one left running`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        // The first start records which boot of the machine the numbers belong to.
        #expect(try await RecordedProcesses(store: store, epoch: 1).endLeftovers() == 0)
        let sleeper = try startSleeper()
        try await RecordedProcesses(store: store, epoch: 1).add(sleeper, role: "worker")
        #expect(try await RecordedProcesses(store: store, epoch: 2).endLeftovers() == 1)
        var outcome: Int32 = 0
        #expect(weir_wait(sleeper, false, &outcome) == sleeper)
        #expect(outcome == -SIGKILL)
        #expect(try await store.read { try $0.count("SELECT count(*) FROM processes") } == 0)
    }

    @Test func `a process that only has the number of an old one is left alone`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        _ = try await RecordedProcesses(store: store, epoch: 1).endLeftovers()
        let sleeper = try startSleeper()
        defer {
            kill(sleeper, SIGKILL)
            var outcome: Int32 = 0
            weir_wait(sleeper, false, &outcome)
        }
        try await RecordedProcesses(store: store, epoch: 1).add(sleeper, role: "worker")
        try await store.write { _ = try $0.execute("UPDATE processes SET start_time = start_time - 1") }
        #expect(try await RecordedProcesses(store: store, epoch: 2).endLeftovers() == 0)
        #expect(ProcessIdentity(running: sleeper) != nil)
    }

    @Test func `after a restart of the machine the numbers mean nothing`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        _ = try await RecordedProcesses(store: store, epoch: 1).endLeftovers()
        let sleeper = try startSleeper()
        defer {
            kill(sleeper, SIGKILL)
            var outcome: Int32 = 0
            weir_wait(sleeper, false, &outcome)
        }
        try await RecordedProcesses(store: store, epoch: 1).add(sleeper, role: "worker")
        try await store.write { _ = try $0.execute("UPDATE meta SET value = 'another' WHERE key = 'boot'") }
        #expect(try await RecordedProcesses(store: store, epoch: 2).endLeftovers() == 0)
        #expect(ProcessIdentity(running: sleeper) != nil)
    }

    @Test func `a process that has ended and was not collected does not run`() throws {
        let sleeper = try startSleeper()
        kill(sleeper, SIGKILL)
        var outcome: Int32 = 0
        defer { weir_wait(sleeper, false, &outcome) }
        let end = ContinuousClock.now + .seconds(30)
        while ProcessIdentity(running: sleeper) != nil, ContinuousClock.now < end { usleep(1000) }
        #expect(ProcessIdentity(running: sleeper) == nil)
    }
}
