import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Lake

/// Real worker processes: the `weir` that was built beside the tests.
@Suite(.processes) struct WorkersTests {
    private let folder = TemporaryDirectory()
    /// Runs for hours where nothing stops it.
    private let endless = "SELECT sum(hash(a.range + b.range) % 7) AS s FROM range(1000000) a, range(1000000) b"

    /// Runs the body beside a pool of workers, and ends them after it.
    private func withWorkers<Result: Sendable>(
        slots: Int = 1, executable: String = EngineUnderTest.executable, patience: Duration = .seconds(60),
        pids: Pids = Pids(),
        _ body: @Sendable (Workers) async throws -> Result
    ) async throws -> Result {
        var settings = Workers.Settings(
            slots: slots, memory: 300_000_000, executable: executable, directory: folder("workers"),
            logDirectory: folder("log"))
        settings.patience = patience
        let workers = Workers(settings)
        return try await withThrowingTaskGroup { group in
            group.addTask { try await workers.run { pids.add($0) } }
            defer { group.cancelAll() }
            return try await body(workers)
        }
    }

    /// The pids that were started, in order.
    private final class Pids: Sendable {
        private let started = Mutex<[Int32]>([])
        var all: [Int32] { started.withLock { $0 } }
        func add(_ process: Int32) { started.withLock { $0.append(process) } }
    }

    private func failure(_ body: () async throws -> some Sendable) async throws -> WorkFailure {
        try await #require(throws: WorkFailure.self) { _ = try await body() }
    }

    private func isRunning(_ process: Int32) -> Bool { kill(process, 0) == 0 }

    @Test func `statements are performed by worker processes that stay warm`() async throws {
        let pids = Pids()
        try await withWorkers(pids: pids) { workers in
            for number in 1...20 {
                let rows = try await workers.rows("SELECT \(number) AS n, 'é' AS text")
                #expect(rows.rows == [["\(number)", "é"]])
            }
            let outcome = try await workers.perform(
                .query(
                    QueryStatement(
                        file: "sql/a.sql", sql: "SELECT range AS id FROM range(10)", parameters: [:], tables: [],
                        checks: [.unique(["id"])], partition: "", output: folder("out.parquet"))),
                holder: "a test", priority: .daily)
            guard case .queried(let queried) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(queried.file.rows == 10)
            #expect(workers.load == (total: 1, busy: 0, waiting: 0))
        }
        #expect(pids.all.count == 1)
        #expect(!pids.all.contains(where: isRunning))
    }

    @Test func `a failure arrives as it was made`() async throws {
        try await withWorkers { workers in
            let failure = try await failure {
                try await workers.perform(
                    .describe(DescribeStatement(file: "sql/a.sql", sql: "SELECT\n  1 FORM x")), holder: "a test",
                    priority: .daily)
            }
            #expect(failure.message == "sql/a.sql:2:10: syntax error at or near \"x\"")
            #expect(failure.detail.hasSuffix("2 |   1 FORM x\n  |          ^"))
        }
    }

    @Test func `a timeout stops a heavy statement, and its slot serves the next`() async throws {
        let pids = Pids()
        try await withWorkers(pids: pids) { workers in
            let failure = try await failure { try await workers.rows(endless, timeout: .milliseconds(300)) }
            #expect(failure.description == "Weir.Timeout: no result within 300ms")
            #expect(try await workers.rows("SELECT 1 AS one").rows == [["1"]])
        }
        // The statement ended by the interrupt, so the worker is the same.
        #expect(pids.all.count == 1)
    }

    @Test func `cancelling the task stops a heavy join in its middle`() async throws {
        try await withWorkers { workers in
            let seen = Seen()
            try await withThrowingTaskGroup { group in
                group.addTask {
                    let failure = try await failure { try await workers.rows(endless, progress: seen.add) }
                    #expect(failure.description == "Weir.Cancelled: cancelled")
                }
                #expect(try await eventually { seen.all.contains(.started) })
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(workers.load == (total: 1, busy: 0, waiting: 0))
            #expect(try await workers.rows("SELECT 1 AS one").rows == [["1"]])
        }
    }

    /// What a holder was told.
    private final class Seen: Sendable {
        private let told = Mutex<[StatementProgress]>([])
        var all: [StatementProgress] { told.withLock { $0 } }
        func add(_ progress: StatementProgress) { told.withLock { $0.append(progress) } }
    }

    @Test func `a cancel is never lost, whenever it comes`() async throws {
        let pids = Pids()
        try await withWorkers(pids: pids) { workers in
            for delay in 0..<40 {
                try await withThrowingTaskGroup { group in
                    group.addTask {
                        let failure = try await failure { try await workers.rows(endless) }
                        #expect(failure.name == .cancelled)
                    }
                    for _ in 0..<(delay * 20) { await Task.yield() }
                    group.cancelAll()
                    try await group.waitForAll()
                }
                #expect(try await workers.rows("SELECT 1 AS one").rows == [["1"]])
            }
        }
        #expect(pids.all.count == 1)
    }

    @Test func `a worker killed in mid-query is a crash, and the next statement works`() async throws {
        let pids = Pids()
        try await withWorkers(pids: pids) { workers in
            let seen = Seen()
            async let failed = failure { try await workers.rows(endless, progress: seen.add) }
            #expect(try await eventually { seen.all.contains(.started) })
            kill(try #require(pids.all.first), SIGKILL)
            let failure = try await failed
            #expect(
                failure.description
                    == "Worker.Crashed: worker 1 was killed (signal 9: by hand, or by the system for want of memory)")
            #expect(try await workers.rows("SELECT 1 AS one").rows == [["1"]])
            #expect(workers.load == (total: 1, busy: 0, waiting: 0))
        }
        #expect(pids.all.count == 2)
    }

    @Test func `a worker that does not answer is killed, and the statement has timed out`() async throws {
        let pids = Pids()
        try await withWorkers(patience: .milliseconds(100), pids: pids) { workers in
            _ = try await workers.rows("SELECT 1 AS one")
            kill(try #require(pids.all.first), SIGSTOP)
            let failure = try await failure { try await workers.rows(endless, timeout: .milliseconds(500)) }
            #expect(
                failure.description
                    == "Weir.Timeout: no result within 500ms; it did not stop when asked, so its worker was killed")
            #expect(try await workers.rows("SELECT 1 AS one").rows == [["1"]])
        }
        #expect(pids.all.count == 2)
    }

    @Test func `never more statements run than there are slots, and who waits is told for whom`() async throws {
        try await withWorkers(slots: 2) { workers in
            let seen = Seen()
            try await withThrowingTaskGroup { group in
                for number in 1...2 {
                    group.addTask {
                        _ = try? await workers.rows(endless, holder: "backfill #\(number)", progress: seen.add)
                    }
                }
                #expect(try await eventually { seen.all.count { $0 == .started } == 2 })
                let waiting = Seen()
                group.addTask { _ = try? await workers.rows("SELECT 1 AS one", progress: waiting.add) }
                #expect(try await eventually { !waiting.all.isEmpty })
                guard case .waiting(let text) = try #require(waiting.all.first) else {
                    Issue.record("\(waiting.all)")
                    return
                }
                #expect(text.hasPrefix("slot ") && text.contains(" of 2 held by backfill #"))
                #expect(workers.load == (total: 2, busy: 2, waiting: 1))
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(workers.load == (total: 2, busy: 0, waiting: 0))
        }
    }

    @Test func `progress is told while a statement runs`() async throws {
        try await withWorkers { workers in
            let seen = Seen()
            try await withThrowingTaskGroup { group in
                group.addTask { _ = try? await workers.rows(endless, progress: seen.add) }
                let told = try await eventually {
                    seen.all.contains { if case .fraction = $0 { true } else { false } }
                }
                #expect(told)
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test func `memory that runs out is the statement's failure, not the worker's`() async throws {
        let pids = Pids()
        try await withWorkers(pids: pids) { workers in
            let failure = try await failure {
                try await workers.rows(
                    "SELECT len(list(range::VARCHAR || repeat('x', 100))) AS n FROM range(30000000)")
            }
            #expect(failure.name == .queryOutOfMemory)
            #expect(failure.message.hasPrefix("out of memory: "))
            #expect(try await workers.rows("SELECT 1 AS one").rows == [["1"]])
        }
        #expect(pids.all.count == 1)
    }

    @Test func `a worker ends when its engine's pipe closes, whatever it is doing`() async throws {
        let launch = try WorkerLaunch(
            number: 1,
            settings: Workers.Settings(
                slots: 1, memory: 300_000_000, executable: EngineUnderTest.executable, directory: folder("workers")))
        let child = WorkerChild(number: 1, launch, patience: .seconds(60))
        let seen = Seen()
        try await withThrowingTaskGroup { group in
            group.addTask {
                let ending = await child.serve(ready: { seen.add(.started) }, gone: { _ in })
                #expect(ending.outcome == 0)
            }
            #expect(try await eventually { seen.all == [.started] })
            group.addTask {
                let failure = try await failure {
                    try await child.perform(
                        .select(SelectStatement(sql: endless, parameters: [:], tables: [], limit: 1)), timeout: nil,
                        progress: seen.add)
                }
                #expect(failure.description == "Weir.Cancelled: the engine is stopping")
            }
            #expect(try await eventually { seen.all.count > 1 })
            child.stop()
            try await group.waitForAll()
        }
        #expect(!isRunning(launch.process))
    }

    @Test func `what waits when the workers end is refused, and so is what comes after`() async throws {
        let workers = try await withWorkers { workers in
            _ = try await workers.rows("SELECT 1 AS one")
            return workers
        }
        let failure = try await failure { try await workers.rows("SELECT 1 AS one") }
        #expect(failure.description == "Weir.Cancelled: the engine is stopping")

        let idle = Workers(
            Workers.Settings(slots: 1, memory: nil, executable: EngineUnderTest.executable, directory: folder("idle")))
        try await withThrowingTaskGroup { group in
            group.addTask {
                let failure = try await self.failure { try await idle.rows("SELECT 1 AS one") }
                #expect(failure.description == "Weir.Cancelled: cancelled")
            }
            #expect(try await eventually { idle.load.waiting == 1 })
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(idle.load.waiting == 0)
    }

    @Test func `workers that can't be started refuse statements rather than letting them wait`() async throws {
        try await withWorkers(executable: folder("nothing")) { workers in
            let failure = try await failure { try await workers.rows("SELECT 1 AS one") }
            #expect(
                failure.description
                    == "Worker.Crashed: can't start \(folder("nothing")): No such file or directory")
        }
        try await withWorkers(executable: "/bin/false") { workers in
            let failure = try await failure { try await workers.rows("SELECT 1 AS one") }
            #expect(failure.description == "Worker.Crashed: worker 1 ended with exit code 1 before it was ready")
        }
    }

    @Test func `without a DuckDB library each statement says what is missing, from a worker that lives on`()
        async throws
    {
        let pids = Pids()
        // The variable is set for the workers alone.
        try folder.write(
            "#!/bin/sh\nWEIR_DUCKDB=/nothing/libduckdb.so exec \(EngineUnderTest.executable) \"$@\"\n", to: "weir")
        chmod(folder("weir"), 0o755)
        try await withWorkers(executable: folder("weir"), pids: pids) { workers in
            for _ in 0..<3 {
                let failure = try await failure { try await workers.rows("SELECT 1 AS one") }
                #expect(
                    failure.description
                        == "Query.Failed: no DuckDB library at /nothing/libduckdb.so, which WEIR_DUCKDB names")
            }
        }
        #expect(pids.all.count == 1)
    }
}

extension Workers {
    /// The first rows of a SELECT without tables.
    fileprivate func rows(
        _ sql: String, holder: String = "a test", timeout: Duration? = nil,
        progress: @escaping @Sendable (StatementProgress) -> Void = { _ in }
    ) async throws -> QueryRows {
        let select = SelectStatement(sql: sql, parameters: [:], tables: [], limit: 10)
        let result = try await perform(
            .select(select), holder: holder, priority: .daily, timeout: timeout, progress: progress)
        guard case .selected(let rows) = result else { throw WorkFailure(.queryFailed, "another statement's result") }
        return rows
    }
}
