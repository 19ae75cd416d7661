import Foundation
import Lake
import Store
import TestSupport
import Testing

@testable import Flow

/// Backfills of program steps: limits, failures, control, restarts.
@Suite(.processes) struct BackfillTests {
    let site: Site

    init() throws { site = try Site() }

    func request(
        _ first: Int, _ last: Int, only: BackfillRequest.Filter = .all, steps: [String]? = nil, parallel: Int = 2,
        newestFirst: Bool = false
    ) -> BackfillRequest {
        BackfillRequest(
            workflow: "example", first: Interval(day: Interval("2026-11-01")!.day + first - 1),
            last: Interval(day: Interval("2026-11-01")!.day + last - 1), only: only, steps: steps, parallel: parallel,
            newestFirst: newestFirst)
    }

    func daily(_ run: [String], retry: [Retrier] = []) -> Project {
        site.project([.init([.init("a", retry: retry, run: run)], each: .day)])
    }

    /// `day state reason`
    func days(_ id: Int64 = 1) async throws -> [String] {
        try await site.store.read { reading in
            try reading.rows(
                "SELECT interval, state, reason FROM backfill_days WHERE backfill = ? ORDER BY interval", [.integer(id)]
            ).map { "\($0.text("interval").suffix(2)) \($0.text("state")): \($0.text("reason"))" }
        }
    }

    func state(_ id: Int64 = 1) async throws -> String {
        try await site.store.read {
            try $0.first("SELECT state FROM backfills WHERE id = ?", [.integer(id)])?.text("state") ?? ""
        }
    }

    @Test func `all days run, in order, never more at once than the limit`() async throws {
        try site.script(
            "count.sh",
            """
            mkdir at-work/$WEIR_DT; ls at-work | wc -l >> most; echo "$WEIR_DT" >> order
            sleep 0.1; rmdir at-work/$WEIR_DT
            """)
        try FileManager.default.createDirectory(atPath: site.folder("at-work"), withIntermediateDirectories: true)
        let flow = try await site.start(daily(["./count.sh"]))
        try await site.working(flow) {
            #expect(try await flow.backfill(request(1, 9, parallel: 3, newestFirst: true)) == 1)
            try await flow.drain()
        }
        #expect(try await state() == "succeeded")
        #expect(try await days().allSatisfy { $0.hasSuffix("succeeded: computed") })
        let most = try site.folder.read("most").split(separator: "\n").compactMap {
            Int($0.trimmingCharacters(in: .whitespaces))
        }
        #expect(most.count == 9)
        #expect((most.max() ?? 0) <= 3)
        // The newest first, as many at once as the limit says.
        let order = try site.folder.read("order").split(separator: "\n")
        #expect(Set(order.prefix(3)) == ["2026-11-07", "2026-11-08", "2026-11-09"])
        #expect(try await site.runs().allSatisfy { $0.hasSuffix("succeeded: backfill #1") })
    }

    @Test func `where no step leaves a table, a day is missing until a run of it succeeds`() async throws {
        let flow = try await site.start(daily(["sh", "-c", "test $WEIR_DT != 2026-11-02"]))
        try await site.working(flow) {
            _ = try await flow.backfill(request(1, 2, only: .missing))
            try await flow.drain()
            let plan = try await flow.plan(request(1, 3, only: .missing))
            #expect(plan.days.map(\.runs) == [false, true, true])
            #expect(plan.days.map(\.reason) == ["up to date", "never computed", "never computed"])
        }
        #expect(try await days().map { $0.prefix(8) } == ["01 succe", "02 dead:"])
    }

    @Test func `a day that keeps failing goes to the dead letters and blocks nothing; it can be retried in place`()
        async throws
    {
        try site.script(
            "bad.sh", "test \"$WEIR_DT\" != 2026-11-02 || test -e mended || { echo 'no rate' >&2; exit 1; }")
        let flow = try await site.start(daily(["./bad.sh"]))
        try await site.working(flow) {
            _ = try await flow.backfill(request(1, 3))
            try await flow.drain()
            #expect(try await state() == "failed")
            #expect(
                try await days() == [
                    "01 succeeded: computed", "02 dead: failed: a: exit 1: no rate", "03 succeeded: computed",
                ])
            let letter = try await site.store.read { try $0.first("SELECT * FROM dead_letters") }
            #expect(letter?.text("kind") == "backfill")
            #expect(letter?.text("interval") == "2026-11-02")
            #expect(letter?.text("reason") == "failed: a: exit 1: no rate")
            // Three tries of one run.
            #expect(try await site.store.read { try $0.count("SELECT max(attempts) FROM steps") } == 3)

            try site.folder.write("", to: "mended")
            #expect(try await flow.change(backfill: 1, .retryFailed) == "1 days of backfill #1 run again")
            try await flow.drain()
            #expect(try await state() == "succeeded")
            let again = await #expect(throws: Refusal.self) { try await flow.change(backfill: 1, .retryFailed) }
            #expect(again?.message == "no day of backfill #1 has failed")
        }
        #expect(try await site.store.read { try $0.count("SELECT count(*) FROM runs") } == 3)
    }

    @Test func `an operator's retry of a dead day's run mends the backfill`() async throws {
        let flow = try await site.start(daily(["sh", "-c", "test -e mended"]))
        try await site.working(flow) {
            _ = try await flow.backfill(request(1, 1))
            try await flow.drain()
            #expect(try await state() == "failed")
            try site.folder.write("", to: "mended")
            _ = try await flow.retry(run: 1, step: "a", downstream: false)
            try await flow.drain()
        }
        #expect(try await state() == "succeeded")
        #expect(try await days() == ["01 succeeded: computed"])
    }

    @Test func `cancel truly cancels: what waits never starts, what runs is stopped`() async throws {
        try site.script("stay.sh", "echo $WEIR_DT >> started; sleep 600")
        let flow = try await site.start(daily(["./stay.sh"]))
        try await site.working(flow) {
            _ = try await flow.backfill(request(1, 9))
            #expect(
                try await eventually {
                    (try? site.folder.read("started").split(separator: "\n").count) == 2
                })
            #expect(try await flow.change(backfill: 1, .cancel) == "backfill #1 is cancelled; 2 days are being stopped")
            try await flow.drain()
            #expect(try await state() == "cancelled")
            #expect(try await days().allSatisfy { $0.contains(" cancelled: ") })
            #expect(try await site.runs().count == 2)
            let resume = await #expect(throws: Refusal.self) { try await flow.change(backfill: 1, .resume) }
            #expect(resume?.message == "backfill #1 is cancelled")
        }
    }

    @Test func `paused, nothing more starts; resumed with another limit, it goes on, also under the next engine`()
        async throws
    {
        try site.script("hold.sh", "echo x >> started; while test ! -e go; do sleep 0.05; done")
        let project = daily(["./hold.sh"])
        let old = try await site.start(project)
        try await site.working(old) {
            _ = try await old.backfill(request(1, 5))
            #expect(try await eventually { (try? site.folder.read("started")) == "x\nx\n" })
            _ = try await old.change(backfill: 1, .pause)
        }
        // The engine went away with two days at work.
        let new = try await site.start(project)
        try await site.working(new) {
            try site.folder.write("", to: "go")
            try await new.drain()
            #expect(try await state() == "paused")
            #expect(try await days().filter { $0.contains("waiting") }.count == 3)
            #expect(try await new.change(backfill: 1, .parallel(3)) == "backfill #1 runs 3 days at a time")
            _ = try await new.change(backfill: 1, .resume)
            try await new.drain()
        }
        #expect(try await state() == "succeeded")
        #expect(try await site.runs().count == 5)
        #expect(
            try await site.store.read { try $0.count("SELECT count(*) FROM attempts WHERE error = 'Engine.Restarted'") }
                == 2)
    }

    @Test func `a day whose run waits for quiet is taken over, one at work is waited for`() async throws {
        try site.script("hold.sh", "echo $WEIR_DT >> started; while test ! -e go; do sleep 0.05; done")
        let trigger = Trigger(event: "crawl.succeeded", table: "raw.log")
        let definition = WorkflowDefinition(
            [.init("a", run: ["./hold.sh"])], on: trigger, each: .day, settle: .seconds(3_600))
        let flow = try await site.start(site.project([definition]))
        try await site.working(flow) {
            try await site.tell("crawl.succeeded", "raw.log", "2026-11-02")
            #expect(try await eventually { try await site.runs().count == 1 })
            _ = try await flow.start(
                workflow: "example", interval: Interval("2026-11-01"), parameters: [:], reason: "by hand")
            #expect(try await eventually { (try? site.folder.read("started")) == "2026-11-01\n" })
            let plan = try await flow.plan(request(1, 2))
            #expect(plan.days.map(\.runs) == [false, false])
            #expect(plan.days.map(\.reason) == ["running", "running"])
            try site.folder.write("", to: "go")
            #expect(try await eventually { try await site.state(of: 2) == .succeeded })
            _ = try await flow.backfill(request(1, 2))
            try await flow.drain()
        }
        #expect(
            try await site.runs() == [
                "example 2026-11-02 succeeded: crawl of raw.log", "example 2026-11-01 succeeded: by hand",
                "example 2026-11-01 succeeded: backfill #1",
            ])
    }

    @Test func `what can't be filled says why`() async throws {
        let flow = try await site.start(
            site.project([
                .init([.init("a")], each: .day), .init([.init("a")], named: "once"),
                .init([.init("a")], named: "hourly", each: .hour),
            ]))
        func refusal(_ change: (inout BackfillRequest) -> Void) async -> String? {
            var request = request(1, 3)
            change(&request)
            do {
                _ = try await flow.plan(request)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(await refusal { $0.workflow = "once" } == "once has no intervals to fill: start it with weir run")
        #expect(
            await refusal { $0.workflow = "hourly" }
                == "hourly runs for each hour: 2026-11-01T00..2026-11-21T23")
        #expect(
            await refusal { swap(&$0.first, &$0.last) } == "2026-11-03 comes after 2026-11-01: give the earlier first")
        #expect(await refusal { $0.parallel = 0 } == "a backfill needs at least one day at a time")
        #expect(await refusal { $0.steps = ["b"] } == "example has no step b; did you mean a?")
        let none = await #expect(throws: Refusal.self) { try await flow.change(backfill: 7, .pause) }
        #expect(none?.message == "there is no backfill #7")
    }
}
