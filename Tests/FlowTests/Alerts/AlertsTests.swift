import Foundation
import Lake
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import Flow

@Suite final class AlertsTests: Sendable {
    let folder = TemporaryDirectory()
    let store: Store
    let time = Mutex<Int64>(1_000_000)

    init() throws { store = try Store.openForWriting(folder("weir.db")) }

    private func makeAlerts(_ channels: [AlertChannel] = []) throws -> Alerts {
        let project = Project(
            name: "tunag", directory: folder.path, timeZone: "UTC", lakeRoot: folder("lake"),
            engine: EngineSettings(slots: 1, memory: nil, scanLimit: nil, host: "127.0.0.1", port: 0), streams: [],
            extracts: [], crawlers: [], workflows: [], backfill: BackfillSettings(parallel: 1, attempts: 1),
            alerts: channels, text: "", hash: "")
        return Alerts(
            project: project, store: store, children: RecordedProcesses(store: store, epoch: 1),
            environment: ProcessInfo.processInfo.environment, log: try EngineLog(path: folder("log")).logger("test"),
            clock: { [self] in time.withLock { $0 } })
    }

    private func append(_ kind: String, step: String? = nil, run: Int = 1, interval: String? = "2026-11-21")
        async throws
    {
        let payload = step.map { #"{"run":\#(run),"step":"\#($0)","error":"Query.Failed","message":"\#(kind)"}"# }
        try await store.write {
            _ = try $0.append(
                kind: kind, subject: "daily", interval: interval, payload: payload ?? #"{"run":\#(run)}"#, at: 5)
        }
    }

    /// As `kind step state occurrences`, in the order of their opening.
    private func alerts() async throws -> [String] {
        try await store.read { try $0.alerts(open: false, limit: 100) }.reversed()
            .map { "\($0.kind) \($0.step ?? "-") \($0.state) \($0.occurrences)" }
    }

    @Test func `the same failure of the same interval is one alert that counts`() async throws {
        let alerts = try makeAlerts()
        try await append("step.failed", step: "a")
        try await append("step.failed", step: "a", run: 2)
        try await append("step.failed", step: "b")
        try await append("step.failed", step: "a", interval: "2026-11-22")
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["step.failed a open 2", "step.failed b open 1", "step.failed a open 1"])
    }

    @Test func `events are read once, by any engine`() async throws {
        try await append("step.failed", step: "a")
        _ = try await makeAlerts().readEvents()
        _ = try await makeAlerts().readEvents()
        #expect(try await alerts() == ["step.failed a open 1"])
    }

    @Test func `more events than one transaction reads are all read`() async throws {
        let alerts = try makeAlerts()
        try await store.write { writing in
            for number in 1...450 {
                try writing.append(
                    kind: "crawl.failed", subject: "crawler \(number % 3)", interval: nil, payload: "{}", at: 5)
            }
        }
        while try await alerts.readEvents() {}
        #expect(try await self.alerts() == Array(repeating: "crawl.failed - open 150", count: 3))
    }

    @Test func `retrying becomes failed, and a success closes both`() async throws {
        let alerts = try makeAlerts()
        try await append("step.retrying", step: "a")
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["step.retrying a open 1"])
        try await append("step.failed", step: "a")
        try await append("run.failed", step: "a")
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["step.retrying a closed 1", "step.failed a open 1"])
        try await append("run.succeeded", interval: "2026-11-22")
        _ = try await alerts.readEvents()
        #expect(
            try await self.alerts().last == "step.failed a open 1", "another day's success says nothing of this one")
        try await append("run.succeeded")
        _ = try await alerts.readEvents()
        #expect(try await self.alerts().last == "step.failed a closed 1")
    }

    @Test func `a run that failed without a step has an alert of its own`() async throws {
        let alerts = try makeAlerts()
        try await append("run.failed")
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["run.failed - open 1"])
    }

    @Test func `a closed alert stays, and the next failure opens a new one`() async throws {
        let alerts = try makeAlerts()
        for kind in ["step.failed", "run.succeeded", "step.failed"] { try await append(kind, step: "a") }
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["step.failed a closed 1", "step.failed a open 1"])
    }

    @Test func `a step that succeeded at its next try closes its alert although its run goes on`() async throws {
        let alerts = try makeAlerts()
        try await append("step.retrying", step: "a", run: 7)
        _ = try await alerts.readEvents()
        try await store.write {
            _ = try $0.execute(
                "INSERT INTO steps (run, name, position, kind, state) VALUES (7, 'a', 0, 'query', 'succeeded')")
        }
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["step.retrying a closed 1"])
    }

    @Test func `a crawl that succeeds closes its crawler's alert`() async throws {
        let alerts = try makeAlerts()
        try await append("crawl.failed", interval: nil)
        func crawl(_ state: String) async throws {
            try await store.write {
                _ = try $0.execute(
                    """
                    INSERT INTO crawls (crawler, started_at, finished_at, state, report)
                    VALUES ('daily', 1, 2, '\(state)', '')
                    """)
            }
        }
        try await crawl("failed")
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["crawl.failed - open 1"])
        try await crawl("succeeded")
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["crawl.failed - closed 1"])
    }

    @Test func `acknowledged stays so while it happens again, snoozed comes back when its time is over`() async throws {
        let alerts = try makeAlerts()
        try await append("step.failed", step: "a")
        try await append("step.failed", step: "b")
        _ = try await alerts.readEvents()
        #expect(try await alerts.acknowledge(1) == "alert #1 is acknowledged")
        #expect(try await alerts.snooze(2, seconds: 600) == "alert #2 is quiet for 10 min")
        try await append("step.failed", step: "a")
        time.withLock { $0 += 599_000 }
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["step.failed a acknowledged 2", "step.failed b snoozed 1"])
        time.withLock { $0 += 1000 }
        _ = try await alerts.readEvents()
        #expect(try await self.alerts() == ["step.failed a acknowledged 2", "step.failed b open 1"])
    }

    @Test func `what is not open can't be acknowledged`() async throws {
        let alerts = try makeAlerts()
        let refusal = await #expect(throws: Refusal.self) { try await alerts.acknowledge(9) }
        #expect(refusal?.message == "no open alert #9; see weir alerts")
    }

    /// Runs the service until the condition holds.
    private func running(_ alerts: Alerts, until condition: @escaping @Sendable () async throws -> Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await alerts.run() }
            let held = try await eventually(condition)
            #expect(held)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    private func told() async throws -> Int {
        try await store.read { try $0.count("SELECT count(*) FROM tellings WHERE told_at IS NOT NULL") }
    }

    @Test func `a channel's program gets the alert as JSON, once`() async throws {
        let channel = AlertChannel(name: "file", on: ["step.*"], run: ["/bin/sh", "-c", "cat >> told; echo >> told"])
        let alerts = try makeAlerts([channel])
        try await append("step.failed", step: "a", run: 12)
        try await append("step.failed", step: "a", run: 12)
        try await append("crawl.failed")
        try await running(alerts) { try await self.told() == 1 }
        let lines = try folder.read("told").split(separator: "\n")
        #expect(lines.count == 1)
        let message = try JSONText.decode([String: JSONValue].self, String(lines.first ?? ""))
        #expect(message["project"] == .text("tunag"))
        #expect(message["kind"] == .text("step.failed"))
        #expect(message["subject"] == .text("daily"))
        #expect(message["step"] == .text("a"))
        #expect(message["interval"] == .text("2026-11-21"))
        #expect(message["message"] == .text("Query.Failed: step.failed"))
        #expect(message["run"] == .integer(12))
        #expect(message["alert"] == .integer(1))
    }

    @Test func `a channel that hangs delays no other`() async throws {
        let hanging = AlertChannel(
            name: "hanging", on: ["*"], run: ["/bin/sh", "-c", "echo >> hangs; exec sleep 3600"])
        let quick = AlertChannel(name: "quick", on: ["*"], run: ["/bin/sh", "-c", "echo >> quick"])
        let alerts = try makeAlerts([hanging, quick])
        for step in ["a", "b", "c"] { try await append("step.failed", step: step) }
        try await running(alerts) {
            let isHanging = (try? self.folder.read("hangs")) != nil
            return try await self.told() == 3 && isHanging
        }
        #expect(try folder.read("quick") == "\n\n\n")
        #expect(try folder.read("hangs") == "\n")
        // The service ended, and its program with it: the engine that comes next tells again.
        #expect(try await store.read { try $0.count("SELECT count(*) FROM tellings WHERE told_at IS NULL") } == 3)
    }

    @Test func `a program that fails is tried again later, and then given up on with a word in the log`() async throws {
        let channel = AlertChannel(name: "broken", on: ["*"], run: ["/bin/sh", "-c", "echo no wire >&2; exit 3"])
        let alerts = try makeAlerts([channel])
        try await append("step.failed", step: "a")
        for tries in 1...3 {
            try await running(alerts) {
                try await self.store.read { try $0.count("SELECT tries FROM tellings") } == tries
            }
            time.withLock { $0 += 60_000 }
        }
        #expect(try await told() == 1)
        #expect(
            try folder.read("log").contains(
                "channel broken could not be told of alert #1 and won't be: exit 3: no wire"))
    }
}
