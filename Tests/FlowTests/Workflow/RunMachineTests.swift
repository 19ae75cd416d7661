import Lake
import Testing

@testable import Flow

@Suite struct RunMachineTests {
    @Test func `steps start when what they need has succeeded, branches side by side`() {
        var run = RunMachine(diamond)
        #expect(run.advance(.begin) == [.start("a", 1)])
        #expect(run.succeed("a") == [.start("b", 1), .start("c", 1)])
        #expect(run.succeed("c") == [])
        #expect(run.state == .running)
        #expect(run.succeed("b") == [.start("d", 1)])
        #expect(run.succeed("d") == [.finished(.succeeded)])
    }

    @Test func `a failure stops what needs it, and other branches go on`() {
        var run = RunMachine(diamond)
        _ = run.advance(.begin)
        _ = run.succeed("a")
        #expect(run.fail("b") == [.step("b", .gaveUp(attempt: 1, .query))])
        #expect(run.state == .running)
        #expect(run.succeed("c") == [.finished(.failed)])
        #expect(run.shown == ["a": .succeeded, "b": .failed, "c": .succeeded, "d": .skipped])
        #expect(run.firstFailure?.step == "b")
    }

    @Test func `a retry waits for its time, and the run shows that it does`() {
        var run = RunMachine(.init([.init("a", retry: [Retrier(.queryFailed, interval: 2, attempts: 1, backoff: 2)])]))
        _ = run.advance(.begin)
        #expect(
            run.fail("a", at: 1_000) == [.step("a", .wait(attempt: 1, Due(at: 3_000, delay: 2_000), .query))])
        #expect(run.state == .retrying)
        #expect(run.advance(.due(step: "a", attempt: 9)) == [])
        #expect(run.advance(.due(step: "a", attempt: 1)) == [.start("a", 2)])
        #expect(run.advance(.due(step: "a", attempt: 1)) == [])
        #expect(run.fail("a") == [.step("a", .gaveUp(attempt: 2, .query)), .finished(.failed)])
    }

    @Test func `the end of an attempt that is no longer the newest means nothing`() {
        var run = RunMachine(.init([.init("a", retry: [Retrier(all: 0, attempts: 5, backoff: 1)])]))
        _ = run.advance(.begin)
        _ = run.fail("a")
        _ = run.advance(.due(step: "a", attempt: 1))
        #expect(run.advance(.succeeded(step: "a", attempt: 1, output: [:])) == [])
        #expect(run.state == .running)
    }

    @Test func `a timeout that is not retried shows as timed out`() {
        var run = RunMachine(.init([.init("a")]))
        _ = run.advance(.begin)
        _ = run.fail("a", .timeout)
        #expect(run.shown == ["a": .timedOut])
    }

    @Test func `a catch passes the failure on, and the run succeeds when that was dealt with`() {
        var run = RunMachine(caught)
        _ = run.advance(.begin)
        #expect(run.fail("work") == [.step("work", .gaveUp(attempt: 1, .query)), .start("page", 1)])
        #expect(run.step("page")?.caught == CaughtError(step: "work", failure: .query))
        #expect(run.succeed("page") == [.start("tidy", 1)])
        #expect(run.succeed("tidy") == [.finished(.succeeded)])
        #expect(run.shown == ["work": .failed, "after": .skipped, "page": .succeeded, "tidy": .succeeded])
    }

    @Test func `an error that no catch names fails the run`() {
        var run = RunMachine(caught)
        _ = run.advance(.begin)
        #expect(run.fail("work", .loadFailed).last == .finished(.failed))
    }

    @Test func `a step that starts only by a catch is skipped when nothing was caught, and so is what needs it`() {
        var run = RunMachine(caught)
        _ = run.advance(.begin)
        #expect(run.succeed("work") == [.start("after", 1)])
        #expect(run.succeed("after") == [.finished(.succeeded)])
        #expect(run.shown == ["work": .succeeded, "after": .succeeded, "page": .skipped, "tidy": .skipped])
    }

    @Test func `a failure of the step that answers fails the run`() {
        var run = RunMachine(caught)
        _ = run.advance(.begin)
        _ = run.fail("work")
        #expect(run.fail("page").last == .finished(.failed))
        #expect(run.firstFailure?.step == "page")
    }

    @Test func `steps that only answer each other's failures are skipped`() {
        var run = RunMachine(
            .init([
                .init("work"), .init("a", catches: ["b"], onlyByCatch: true),
                .init("b", catches: ["a"], onlyByCatch: true),
            ]))
        _ = run.advance(.begin)
        #expect(run.succeed("work") == [.finished(.succeeded)])
        #expect(run.shown == ["work": .succeeded, "a": .skipped, "b": .skipped])
    }

    @Test func `a condition over an output decides whether a step and what needs it run`() {
        let definition = WorkflowDefinition([
            .init("serve"),
            .init("notify", needs: ["serve"], when: .init(["steps", "serve", "rows"], .greater, .int(0))),
            .init("log", needs: ["notify"]),
        ])
        var empty = RunMachine(definition)
        _ = empty.advance(.begin)
        #expect(empty.succeed("serve", ["rows": .integer(0)]) == [.finished(.succeeded)])
        #expect(empty.shown == ["serve": .succeeded, "notify": .skipped, "log": .skipped])

        var full = RunMachine(definition)
        _ = full.advance(.begin)
        #expect(full.succeed("serve", ["rows": .integer(3)]) == [.start("notify", 1)])
    }

    @Test func `a run that computes only some steps leaves the others and goes on behind them`() {
        var run = RunMachine(definition: diamond, parameters: [:], only: ["b", "d"])
        #expect(run.advance(.begin) == [.start("b", 1)])
        #expect(run.succeed("b") == [.start("d", 1)])
        #expect(run.succeed("d") == [.finished(.succeeded)])
        #expect(run.shown == ["a": .skipped, "b": .succeeded, "c": .skipped, "d": .succeeded])
    }

    @Test func `a run with nothing to compute ends at once`() {
        var run = RunMachine(definition: diamond, parameters: [:], only: [])
        #expect(run.advance(.begin) == [.finished(.succeeded)])
    }
}

/// a ─▶ b, c ─▶ d
let diamond = WorkflowDefinition([
    .init("a"), .init("b", needs: ["a"]), .init("c", needs: ["a"]), .init("d", needs: ["b", "c"]),
])

/// work, whose Query.Failed goes to page; after needs work, tidy needs page.
let caught = WorkflowDefinition([
    .init("work", catches: ["page"], catching: ["Query.Failed"]), .init("after", needs: ["work"]),
    .init("page", onlyByCatch: true), .init("tidy", needs: ["page"]),
])
