import Foundation
import Lake
import Store
import TestSupport
import Testing

@testable import Flow

/// Workflows of program steps, with a real store and real processes.
@Suite(.processes) struct WorkflowsTests {
    let site: Site

    init() throws { site = try Site() }

    @Test func `a run's steps follow each other, and everything is told`() async throws {
        let flow = try await site.start(site.project([diamond]))
        let id = try await site.working(flow) {
            let id = try await flow.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            #expect(try await site.ended(id))
            return id
        }
        #expect(try await site.state(of: id) == .succeeded)
        let attempts = try await site.attempts(of: id)
        #expect(attempts.sorted() == ["a #1 succeeded", "b #1 succeeded", "c #1 succeeded", "d #1 succeeded"])
        #expect(attempts.first == "a #1 succeeded" && attempts.last == "d #1 succeeded")
        let told = try await site.events("run.succeeded")
        #expect(told.map(\.subject) == ["example"])
        #expect(told.first?.payload.contains(#""run":1"#) == true)
        #expect(flow.liveSteps().isEmpty)
    }

    @Test func `a step that fails is retried by its policy and then succeeds`() async throws {
        try site.script("twice.sh", "echo x >> tries; test $(wc -l < tries) -ge 3 || { echo 'busy: 503' >&2; exit 7; }")
        let step = StepDefinition(
            "notify", retry: [Retrier(.commandFailed, interval: 0.01, attempts: 4, backoff: 1.5)], run: ["./twice.sh"])
        let flow = try await site.start(site.project([.init([step])]))
        let id = try await site.working(flow) {
            let id = try await flow.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            #expect(try await site.ended(id))
            return id
        }
        #expect(
            try await site.attempts(of: id) == [
                "notify #1 failed Command.Failed", "notify #2 failed Command.Failed", "notify #3 succeeded",
            ])
        let told = try await site.events("step.retrying")
        #expect(told.count == 2)
        #expect(told.first?.payload.contains(#""message":"exit 7: busy: 503""#) == true)
        #expect(told.first?.payload.contains(#""step":"notify""#) == true)
        #expect(told.first?.payload.contains(#""due":"#) == true)
    }

    @Test func `a program's output decides conditions, and a caught failure reaches the program that answers`()
        async throws
    {
        try site.script("count.sh", #"echo counting; echo '{"rows": 0, "note": {"a": 1}}'"#)
        try site.script("page.sh", "echo \"$WEIR_ERROR_STEP $WEIR_ERROR: $WEIR_ERROR_MESSAGE\" > paged; cat > input")
        let definition = WorkflowDefinition(
            [
                .init("count", run: ["./count.sh"]),
                .init("notify", needs: ["count"], when: .init(["steps", "count", "rows"], .greater, .int(0))),
                .init("fails", needs: ["count"], catches: ["page"], run: ["sh", "-c", "exit 5"]),
                .init("page", onlyByCatch: true, run: ["./page.sh"]),
            ], each: .day, parameters: [Parameter(name: "floor", kind: .int, fallback: .int(3))])
        let flow = try await site.start(site.project([definition]))
        let id = try await site.working(flow) {
            let id = try await flow.start(
                workflow: "example", interval: Interval("2026-11-21"), parameters: ["floor": .text("4")],
                reason: "by hand")
            #expect(try await site.ended(id))
            return id
        }
        let run = try #require(try await site.run(id))
        #expect(run.state == .succeeded)
        #expect(run.machine.shown == ["count": .succeeded, "notify": .skipped, "fails": .failed, "page": .succeeded])
        #expect(try site.folder.read("paged") == "fails Command.Failed: exit 5\n")
        let input = try JSONText.decode(StepOutput.self, try site.folder.read("input"))
        #expect(input["dt"] == .text("2026-11-21"))
        #expect(input["floor"] == .integer(4))
        guard case .object(let weir) = input["weir"], case .object(let steps) = weir["steps"] else {
            Issue.record("the program is not told what Weir knows")
            return
        }
        #expect(steps["count"] == .object(["rows": .integer(0), "note": .object(["a": .integer(1)])]))
        #expect(weir["interval"] == .text("2026-11-21"))
    }

    @Test func `cancel stops the program, and nothing starts afterwards`() async throws {
        try site.script("long.sh", "echo $$ > pid; sleep 600")
        let flow = try await site.start(
            site.project([.init([.init("a", run: ["./long.sh"]), .init("b", needs: ["a"])])]))
        let id = try await site.working(flow) {
            let id = try await flow.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            #expect(try await eventually { FileManager.default.fileExists(atPath: site.folder("pid")) })
            #expect(try await eventually { flow.liveSteps().map(\.waitsFor) == [nil] })
            #expect(try await flow.cancel(run: id) == "run 1 of example is being stopped")
            #expect(try await site.ended(id))
            return id
        }
        #expect(try await site.state(of: id) == .cancelled)
        #expect(try await site.attempts(of: id) == ["a #1 cancelled Weir.Cancelled"])
        #expect(try await site.events("run.cancelled").count == 1)
        let refusal = await #expect(throws: Refusal.self) { try await flow.cancel(run: id) }
        #expect(refusal?.message == "run 1 of example has already been cancelled")
    }

    @Test func `a retry uses the definition that the run started with`() async throws {
        let old = WorkflowDefinition([.init("a", run: ["sh", "-c", "echo old >> log; exit 1"])])
        let new = WorkflowDefinition([.init("a", run: ["sh", "-c", "echo new >> log"])])
        let flow = try await site.start(site.project([old]))
        try await site.working(flow) {
            let first = try await flow.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            #expect(try await site.ended(first))
            try await flow.apply(site.project([new]))
            #expect(
                try await flow.retry(run: first, step: nil, downstream: false)
                    == "run 1 of example runs again from its failure")
            #expect(try await eventually { try await site.attempts(of: first).count == 2 })
            #expect(try await site.ended(first))
            let second = try await flow.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            #expect(try await site.ended(second))
        }
        #expect(try site.folder.read("log") == "old\nold\nnew\n")
        #expect(try await site.runs() == ["example - failed: by hand", "example - succeeded: by hand"])
    }

    @Test func `while a run is active, another start of its interval is refused, also by a retry`() async throws {
        let flow = try await site.start(
            site.project([
                .init([.init("a", run: ["sh", "-c", "test -e go || exit 1; sleep 600"])], each: .day)
            ]))
        try await site.working(flow) {
            let day = Interval("2026-11-21")
            let first = try await flow.start(workflow: "example", interval: day, parameters: [:], reason: "by hand")
            #expect(try await site.ended(first))
            try site.folder.write("", to: "go")
            let second = try await flow.start(workflow: "example", interval: day, parameters: [:], reason: "by hand")
            #expect(try await eventually { try await site.state(of: second) == .running })
            let start = await #expect(throws: Refusal.self) {
                try await flow.start(workflow: "example", interval: day, parameters: [:], reason: "by hand")
            }
            #expect(
                start?.message
                    == "run 2 of example 2026-11-21 is running: wait for its end, or cancel it (weir cancel 2)")
            let retry = await #expect(throws: Refusal.self) {
                try await flow.retry(run: first, step: nil, downstream: false)
            }
            #expect(retry?.message.contains("can't be retried while run 2 of the same interval is running") == true)
        }
    }

    @Test func `what can't be started says why`() async throws {
        let daily = WorkflowDefinition(
            [.init("a")], named: "engagement_daily", each: .day,
            parameters: [
                Parameter(name: "floor", kind: .int, fallback: .int(3)),
                Parameter(name: "who", kind: .text, fallback: nil),
            ])
        let flow = try await site.start(site.project([daily, .init([.init("a")], named: "once")]))
        func refusal(
            _ workflow: String, _ interval: String?, _ parameters: [String: ParameterValue] = [:]
        ) async -> String? {
            do {
                _ = try await flow.start(
                    workflow: workflow, interval: interval.flatMap { Interval($0) }, parameters: parameters,
                    reason: "by hand")
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(
            await refusal("engagement_dail", nil)
                == "no workflow engagement_dail in weir.yaml; did you mean engagement_daily?")
        #expect(await refusal("engagement_daily", nil) == "engagement_daily runs for a day: --param dt=2026-11-21")
        #expect(await refusal("once", "2026-11-21") == "once has no intervals: run it without 2026-11-21")
        #expect(
            await refusal("engagement_daily", "2026-11-21")
                == "engagement_daily needs a value for who: --param who=…")
        #expect(
            await refusal("engagement_daily", "2026-11-21", ["who": .text("x"), "floor": .text("many")])
                == "floor of engagement_daily is a whole number, not 'many'")
        #expect(
            await refusal("engagement_daily", "2026-11-21", ["who": .text("x"), "flor": .int(1)])
                == "engagement_daily has no parameter flor; did you mean floor?")
    }

    @Test func `a paused workflow begins nothing until it is resumed`() async throws {
        let flow = try await site.start(site.project([.init([.init("a")])]))
        try await site.working(flow) {
            try await flow.pause(workflow: "example")
            let id = try await flow.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            // What is paused doesn't keep anybody waiting.
            try await flow.drain()
            #expect(try await site.state(of: id) == .queued)
            try await flow.resume(workflow: "example")
            #expect(try await site.ended(id))
        }
    }

    @Test func `a step waits for a long time only in its own run, and drain waits for all`() async throws {
        let flow = try await site.start(
            site.project([.init([.init("a", run: ["sh", "-c", "sleep 0.3; echo done > done"])])]))
        try await site.working(flow) {
            _ = try await flow.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            try await flow.drain()
            #expect(FileManager.default.fileExists(atPath: site.folder("done")))
            #expect(try await site.runs() == ["example - succeeded: by hand"])
        }
    }
}
