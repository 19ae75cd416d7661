import Flow
import Foundation
import Lake
import Store
import TestSupport
import Testing

@Suite(.processes) struct WorkerCrashTests {
    /// Some seconds of work on one thread.
    private static let slow = """
        SELECT sum(a.range * b.range % 7)::BIGINT AS total FROM range(60000) a, range(20000) b
        """

    private func makeProject(retries: Int) throws -> TemporaryDirectory {
        let project = TemporaryDirectory()
        try project.write(
            """
            name: crash
            lake: ./lake
            engine: { slots: 1, memory: 200MB, port: 0 }
            workflows:
              crash:
                steps:
                  slow:
                    query: sql/slow.sql
                    into: mart.slow
                    retry: [ { errors: [ Worker.Crashed ], interval: 100ms, attempts: \(retries) } ]
            """, to: "weir.yaml")
        try project.write(Self.slow + "\n", to: "sql/slow.sql")
        return project
    }

    /// Starts the workflow and kills the worker that runs its first attempt.
    private func crash(_ engine: EngineUnderTest) async throws -> Int64 {
        let reply = try await engine.send(.run(workflow: "crash", interval: nil, parameters: [:]))
        guard case .started(let run) = reply else {
            throw ProgramUnderTest.Failure(description: "\(reply)")
        }
        let store = try engine.store()
        let began = try await eventually {
            let status = try await engine.status()
            return status.slots.busy == 1 && status.steps.contains { $0.run == run && $0.waitsFor == nil }
        }
        #expect(began)
        let workers = try await store.read { try $0.rows("SELECT pid FROM processes WHERE role = 'worker'") }
        try #require(workers.count == 1)
        kill(Int32(workers[0].integer("pid")), SIGKILL)
        return run
    }

    private func ended(_ run: Int64, _ engine: EngineUnderTest) async throws -> RunSummary {
        let store = try engine.store()
        let isOver = try await eventually(within: .seconds(120)) {
            try await store.read { try $0.run(run)?.state.isTerminal == true }
        }
        #expect(isOver)
        return try #require(try await store.read { try $0.run(run) })
    }

    @Test func `a worker that dies in mid-query costs one attempt; the step is tried again in the freed slot`()
        async throws
    {
        let engine = try await EngineUnderTest.start(try makeProject(retries: 2))
        let run = try await crash(engine)
        let end = try await ended(run, engine)
        #expect(end.state == .succeeded)
        let attempts = try await engine.store().read { try $0.attempts(run: run, step: "slow") }
        #expect(attempts.map(\.error) == ["Worker.Crashed", nil])
        #expect(attempts.map(\.state) == [.failed, .succeeded])
        #expect(attempts[0].message?.isEmpty == false)
        try await engine.stop()
    }

    @Test func `without a rule for it the step fails, the alert says why, and the slot is free`() async throws {
        let engine = try await EngineUnderTest.start(try makeProject(retries: 0))
        let run = try await crash(engine)
        let end = try await ended(run, engine)
        #expect(end.state == .failed)
        #expect(end.error == "Worker.Crashed")
        #expect(end.failedStep == "slow")
        let store = try engine.store()
        let isAlerted = try await eventually {
            try await store.read { try $0.alerts(open: true, limit: 10) }.contains {
                $0.kind == "step.failed" && $0.step == "slow" && $0.message.contains("Worker.Crashed")
            }
        }
        #expect(isAlerted)
        guard case .rows(let rows) = try await engine.send(.query(sql: "SELECT 1 AS one", limit: 1)) else {
            Issue.record("no slot is free")
            return
        }
        #expect(rows.rows == [["1"]])
        #expect(try await engine.status().slots.total == 1)
        try await engine.stop()
    }
}
