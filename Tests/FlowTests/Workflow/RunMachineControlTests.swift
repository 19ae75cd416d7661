import Lake
import Testing

@testable import Flow

/// Cancel, an operator's retries and restarts of the engine.
@Suite struct RunMachineControlTests {
    @Test func `cancel stops what runs, and the run ends when that has stopped`() {
        var run = RunMachine(diamond)
        _ = run.advance(.begin)
        _ = run.succeed("a")
        #expect(run.advance(.cancel) == [.step("b", .stop(attempt: 1)), .step("c", .stop(attempt: 1))])
        #expect(run.state == .running)
        #expect(run.fail("b", .cancelled) == [])
        #expect(run.advance(.cancel) == [])
        #expect(run.fail("c", .timeout) == [.finished(.cancelled)])
        #expect(run.shown == ["a": .succeeded, "b": .cancelled, "c": .cancelled, "d": .cancelled])
    }

    @Test func `a success that comes after the cancel doesn't count`() {
        var run = RunMachine(diamond)
        _ = run.advance(.begin)
        _ = run.advance(.cancel)
        #expect(run.succeed("a") == [.finished(.cancelled)])
        #expect(run.shown["a"] == .cancelled)
    }

    @Test func `cancel ends a run that waits for a retry, and its time no longer matters`() {
        var run = RunMachine(.init([.init("a", retry: [Retrier(all: 60, attempts: 5, backoff: 1)])]))
        _ = run.advance(.begin)
        _ = run.fail("a")
        #expect(run.advance(.cancel) == [.finished(.cancelled)])
        #expect(run.advance(.due(step: "a", attempt: 1)) == [])
    }

    @Test func `a run that has not begun can be cancelled`() {
        var run = RunMachine(diamond)
        #expect(run.advance(.cancel) == [.finished(.cancelled)])
    }

    @Test func `retry from failure keeps successes and raises attempt numbers`() {
        var run = RunMachine(diamond)
        _ = run.advance(.begin)
        _ = run.succeed("a")
        _ = run.fail("b")
        _ = run.succeed("c")
        #expect(run.obstacle(to: .fromFailure) == nil)
        #expect(run.advance(.retry(.fromFailure)) == [.start("b", 2)])
        #expect(run.succeed("b") == [.start("d", 1)])
        #expect(run.succeed("d") == [.finished(.succeeded)])
    }

    @Test func `retry of a cancelled run computes what was cancelled`() {
        var run = RunMachine(diamond)
        _ = run.advance(.begin)
        _ = run.succeed("a")
        _ = run.advance(.cancel)
        _ = run.fail("b", .cancelled)
        _ = run.fail("c", .cancelled)
        #expect(run.advance(.retry(.fromFailure)) == [.start("b", 2), .start("c", 2)])
    }

    @Test func `an operator's retry starts a fresh policy`() {
        var run = RunMachine(.init([.init("a", retry: [Retrier(all: 1, attempts: 1, backoff: 1)])]))
        _ = run.advance(.begin)
        _ = run.fail("a")
        _ = run.advance(.due(step: "a", attempt: 1))
        #expect(run.fail("a").last == .finished(.failed))
        #expect(run.advance(.retry(.step("a", downstream: false))) == [.start("a", 3)])
        #expect(run.fail("a").first == .step("a", .wait(attempt: 3, Due(at: 1_000, delay: 1_000), .query)))
    }

    @Test func `retry of a step with its downstream runs all of that again, without it only what had not succeeded`() {
        var run = RunMachine(diamond)
        _ = run.advance(.begin)
        for step in ["a", "b", "c", "d"] { _ = run.succeed(step) }
        var alone = run
        #expect(alone.advance(.retry(.step("b", downstream: false))) == [.start("b", 2)])
        #expect(alone.succeed("b") == [.finished(.succeeded)])
        #expect(run.advance(.retry(.step("b", downstream: true))) == [.start("b", 2)])
        #expect(run.succeed("b") == [.start("d", 2)])
    }

    @Test func `a step that waits for its retry can be retried now`() {
        var run = RunMachine(.init([.init("a", retry: [Retrier(all: 600, attempts: 5, backoff: 1)])]))
        _ = run.advance(.begin)
        _ = run.fail("a")
        #expect(run.advance(.retry(.step("a", downstream: false))) == [.start("a", 2)])
        #expect(run.advance(.due(step: "a", attempt: 1)) == [])
    }

    @Test func `retry of a caught failure takes its answer back`() {
        var run = RunMachine(caught)
        _ = run.advance(.begin)
        _ = run.fail("work")
        _ = run.succeed("page")
        _ = run.succeed("tidy")
        #expect(run.advance(.retry(.fromFailure)) == [.start("work", 2)])
        #expect(run.succeed("work") == [.start("after", 1)])
        #expect(run.succeed("after") == [.finished(.succeeded)])
        #expect(run.shown["page"] == .skipped)
    }

    @Test func `a step that answers a failure can be retried alone and still knows the failure`() {
        var run = RunMachine(caught)
        _ = run.advance(.begin)
        _ = run.fail("work")
        _ = run.fail("page")
        #expect(run.advance(.retry(.step("page", downstream: false))) == [.start("page", 2)])
        #expect(run.step("page")?.caught?.step == "work")
    }

    @Test func `what can't be retried says why and what to do instead`() {
        var run = RunMachine(diamond)
        _ = run.advance(.begin)
        #expect(run.obstacle(to: .fromFailure) == "no step has failed: it is still at work")
        #expect(run.obstacle(to: .step("a", downstream: true)) == "step a is running: cancel the run first")
        #expect(run.obstacle(to: .step("nothing", downstream: true)) == "no step nothing; it has a, b, c, d")
        _ = run.fail("a")
        #expect(run.obstacle(to: .step("d", downstream: false)) == "step d needs b, which is skipped: retry b instead")
        var whole = RunMachine(.init([.init("a")]))
        _ = whole.advance(.begin)
        _ = whole.succeed("a")
        #expect(whole.obstacle(to: .fromFailure) == "every step succeeded: name the step to run again")
        var waiting = RunMachine(diamond)
        _ = waiting.advance(.begin)
        _ = waiting.advance(.cancel)
        #expect(waiting.obstacle(to: .fromFailure) == "it is being cancelled: wait for its end")
        var answer = RunMachine(caught)
        _ = answer.advance(.begin)
        _ = answer.succeed("work")
        #expect(
            answer.obstacle(to: .step("page", downstream: false))
                == "step page starts only by a catch: retry the step that it answers")
    }

    @Test func `after the engine went away a step runs again without using up its policy, three times`() {
        var run = RunMachine(.init([.init("a", retry: [Retrier(all: 1, attempts: 1, backoff: 1)])]))
        _ = run.advance(.begin)
        for attempt in 2...4 {
            #expect(run.advance(.restarted(at: 0, chance: 0)) == [.start("a", attempt)])
        }
        // Then it is an error like any other.
        #expect(
            run.advance(.restarted(at: 0, chance: 0))
                == [.step("a", .wait(attempt: 4, Due(at: 1_000, delay: 1_000), .restarted))])
        _ = run.advance(.due(step: "a", attempt: 4))
        #expect(run.advance(.restarted(at: 0, chance: 0)).last == .finished(.failed))
    }

    @Test func `a step that was being cancelled when the engine went away is cancelled`() {
        var run = RunMachine(diamond)
        _ = run.advance(.begin)
        _ = run.advance(.cancel)
        #expect(run.advance(.restarted(at: 0, chance: 0)) == [.finished(.cancelled)])
    }

    @Test func `a restart never waits longer than the whole delay, wherever the wall clock went`() {
        let due = Due(at: 10_000, delay: 2_000)
        #expect(due.remaining(at: 9_500) == 500)
        #expect(due.remaining(at: 99_000) == 0)
        #expect(due.remaining(at: -50_000) == 2_000)
    }
}
