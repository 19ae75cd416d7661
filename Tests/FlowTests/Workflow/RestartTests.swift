import Foundation
import Lake
import Store
import Synchronization
import TestSupport
import Testing

@testable import Flow

/// The engine goes away in the middle, and another takes over.
@Suite(.processes) struct RestartTests {
    let site: Site

    init() throws { site = try Site() }

    @Test func `a step that was at work runs again, and what had succeeded stays`() async throws {
        try site.script("slow.sh", "echo started >> started; test $(wc -l < started) -gt 1 || sleep 600")
        let project = site.project([
            .init([
                .init("first", run: ["sh", "-c", "echo x >> firsts"]),
                .init("slow", needs: ["first"], run: ["./slow.sh"]),
                .init("last", needs: ["slow"]),
            ])
        ])
        let old = try await site.start(project)
        let id = try await site.working(old) {
            let id = try await old.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            #expect(try await eventually { FileManager.default.fileExists(atPath: site.folder("started")) })
            return id
        }
        #expect(try await site.state(of: id) == .running)

        let new = try await site.start(project)
        #expect(
            try await site.attempts(of: id) == [
                "first #1 succeeded", "slow #1 failed Engine.Restarted", "slow #2 running",
            ])
        let hasEnded = try await site.working(new) { try await site.ended(id) }
        #expect(hasEnded)
        #expect(try await site.state(of: id) == .succeeded)
        #expect(
            try await site.attempts(of: id) == [
                "first #1 succeeded", "slow #1 failed Engine.Restarted", "slow #2 succeeded", "last #1 succeeded",
            ])
        #expect(try site.folder.read("firsts") == "x\n")
    }

    @Test func `a retry keeps its time`() async throws {
        let step = StepDefinition(
            "a", retry: [Retrier(.commandFailed, interval: 600, attempts: 1, backoff: 1)],
            run: ["sh", "-c", "echo x >> tries; test $(wc -l < tries) -gt 1"])
        let project = site.project([.init([step])])
        let old = try await site.start(project, byHand: true)
        let id = try await site.working(old) {
            let id = try await old.start(workflow: "example", interval: nil, parameters: [:], reason: "by hand")
            #expect(try await eventually { try await site.state(of: id) == .retrying })
            return id
        }
        site.clock.advance(by: .seconds(400))
        let new = try await site.start(project, byHand: true)
        try await site.working(new) {
            #expect(new.live.withLock { $0.nextDue } == 600_000)
            site.clock.advance(by: .seconds(199))
            try await new.settleDown()
            #expect(try await site.state(of: id) == .retrying)
            site.clock.advance(by: .seconds(1))
            #expect(try await site.ended(id))
        }
        #expect(try await site.attempts(of: id) == ["a #1 failed Command.Failed", "a #2 succeeded"])
    }

    @Test func `a run that waited for quiet still waits, and one being cancelled is cancelled`() async throws {
        try site.script("stay.sh", "trap '' TERM; echo > here; while :; do sleep 0.1; done")
        let trigger = Trigger(event: "crawl.succeeded", table: "raw.log")
        let project = site.project([
            .init([.init("a")], named: "quiet", on: trigger, each: .day, settle: .seconds(60)),
            .init([.init("a", run: ["./stay.sh"]), .init("b", needs: ["a"])], named: "stays"),
        ])
        let old = try await site.start(project, byHand: true)
        let id = try await site.working(old) {
            try await site.tell("crawl.succeeded", "raw.log", "2026-11-21")
            #expect(try await eventually { try await site.runs(where: "workflow = 'quiet'").count == 1 })
            let id = try await old.start(workflow: "stays", interval: nil, parameters: [:], reason: "by hand")
            #expect(try await eventually { FileManager.default.fileExists(atPath: site.folder("here")) })
            // The engine ends before the program has.
            return id
        }
        try await site.store.write { writing in
            let text = try writing.first("SELECT machine FROM steps WHERE run = ? AND name = 'a'", [.integer(id)])
            var machine = try JSONText.decode(StepMachine.self, text?.text("machine") ?? "")
            _ = machine.advance(.cancel, policy: RetryPolicy(retriers: []))
            try writing.execute(
                "UPDATE steps SET machine = ? WHERE run = ? AND name = 'a'",
                [.text(try JSONText.encode(machine)), .integer(id)])
        }
        site.clock.advance(by: .seconds(59))
        let new = try await site.start(project, byHand: true)
        #expect(try await site.state(of: id) == .cancelled)
        try await site.working(new) {
            try await new.settleDown()
            #expect(try await site.runs(where: "workflow = 'quiet'") == ["quiet 2026-11-21 queued: crawl of raw.log"])
            site.clock.advance(by: .seconds(1))
            #expect(try await eventually { try await site.runs(where: "state = 'succeeded'").count == 1 })
        }
    }

    @Test func `events that came while no engine ran are answered once`() async throws {
        let trigger = Trigger(event: "crawl.succeeded", table: "raw.log")
        let project = site.project([.init([.init("a")], on: trigger, each: .day)])
        let old = try await site.start(project)
        try await site.working(old) {
            try await site.tell("crawl.succeeded", "raw.log", "2026-11-20")
            try await old.drain()
        }
        try await site.tell("crawl.succeeded", "raw.log", "2026-11-21")
        for _ in 0..<2 {
            let new = try await site.start(project)
            try await site.working(new) { try await new.drain() }
        }
        #expect(
            try await site.runs() == [
                "example 2026-11-20 succeeded: crawl of raw.log", "example 2026-11-21 succeeded: crawl of raw.log",
            ])
    }
}

extension Workflows {
    /// Waits until the loop has looked at everything there is at this moment.
    func settleDown() async throws {
        for _ in 0..<3 {
            wakeup.signal()
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
