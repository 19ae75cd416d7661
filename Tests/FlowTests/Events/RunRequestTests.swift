import Foundation
import Lake
import Store
import TestSupport
import Testing

@testable import Flow

/// Events and the runs that they start: at most one active run for an interval.
@Suite(.processes) struct RunRequestTests {
    let site: Site
    let trigger = Trigger(event: "crawl.succeeded", table: "raw.log")

    init() throws { site = try Site() }

    func answered(_ id: Int64) async throws -> [Int64] {
        let text = try await site.store.read {
            try $0.first("SELECT events FROM runs WHERE id = ?", [.integer(id)])?.text("events") ?? "[]"
        }
        return try JSONText.decode([Int64].self, text)
    }

    @Test func `an event starts a run for its interval, others are none of its business`() async throws {
        let hourly = WorkflowDefinition([.init("a")], named: "hourly", on: trigger, each: .hour)
        let flow = try await site.start(
            site.project([.init([.init("a")], on: trigger, each: .day), hourly]))
        try await site.working(flow) {
            try await site.tell("delivery", "raw.log", "2026-11-21")
            try await site.tell("crawl.succeeded", "raw.other", "2026-11-21")
            try await site.tell("crawl.succeeded", "raw.log", "2026-11-21T05")
            try await flow.drain()
        }
        #expect(
            try await site.runs() == [
                "example 2026-11-21 succeeded: crawl of raw.log", "hourly 2026-11-21T05 succeeded: crawl of raw.log",
            ])
    }

    @Test func `a workflow without intervals runs once for what comes together`() async throws {
        let flow = try await site.start(site.project([.init([.init("a")], on: trigger, settle: .seconds(60))]))
        for day in 10..<20 { try await site.tell("crawl.succeeded", "raw.log", "2026-11-\(day)") }
        try await site.working(flow) { try await flow.drain() }
        #expect(try await site.runs() == ["example - succeeded: crawl of raw.log"])
        #expect(try await answered(1) == Array(1...10))
    }

    @Test func `a run waits for quiet, events join it, and it lists them all`() async throws {
        let flow = try await site.start(
            site.project([.init([.init("a")], on: trigger, each: .day, settle: .seconds(60))]), byHand: true)
        try await site.working(flow) {
            for count in 1...3 {
                try await site.tell("crawl.succeeded", "raw.log", "2026-11-21")
                #expect(try await eventually { try await answered(1).count == count })
                site.clock.advance(by: .seconds(50))
                try await flow.settleDown()
                #expect(try await site.state(of: 1) == .queued)
            }
            site.clock.advance(by: .seconds(10))
            #expect(try await site.ended(1))
        }
        #expect(try await answered(1) == [1, 2, 3])
        #expect(try await site.runs().count == 1)
    }

    @Test func `inputs that are never quiet don't put a run off for ever`() async throws {
        let flow = try await site.start(
            site.project([.init([.init("a")], on: trigger, each: .day, settle: .seconds(60))]), byHand: true)
        try await site.working(flow) {
            for count in 1...6 {
                try await site.tell("crawl.succeeded", "raw.log", "2026-11-21")
                #expect(try await eventually { try await answered(1).count == count })
                #expect(try await site.state(of: 1) == .queued)
                site.clock.advance(by: .seconds(59))
            }
            site.clock.advance(by: .seconds(6))
            #expect(try await site.ended(1))
        }
    }

    @Test func `events during a run leave exactly one run afterwards`() async throws {
        try site.script("hold.sh", "echo > here; while test ! -e go; do sleep 0.05; done")
        let flow = try await site.start(
            site.project([.init([.init("a", run: ["./hold.sh"])], on: trigger, each: .day)]))
        try await site.working(flow) {
            try await site.tell("crawl.succeeded", "raw.log", "2026-11-21")
            #expect(try await eventually { FileManager.default.fileExists(atPath: site.folder("here")) })
            // Two of the day at work, one of another day.
            for day in ["2026-11-21", "2026-11-21", "2026-11-22"] {
                try await site.tell("crawl.succeeded", "raw.log", day)
            }
            #expect(try await eventually { try await site.run(1)?.followUp?.events.count == 2 })
            try site.folder.write("", to: "go")
            try await flow.drain()
        }
        #expect(
            try await site.runs(where: "interval = '2026-11-21'") == [
                "example 2026-11-21 succeeded: crawl of raw.log", "example 2026-11-21 succeeded: crawl of raw.log",
            ])
        let ids = try await site.store.read {
            try $0.rows("SELECT id FROM runs WHERE interval = '2026-11-21' ORDER BY id").map { Int64($0.integer("id")) }
        }
        let seen = try await site.events("crawl.succeeded").filter { $0.interval == "2026-11-21" }.map(\.sequence)
        #expect(try await answered(ids[0]) == [seen[0]])
        #expect(try await answered(ids[1]) == [seen[1], seen[2]])
    }

    @Test func `an event that a rule can't answer is set aside, and the rule goes on`() async throws {
        let flow = try await site.start(site.project([.init([.init("a")], on: trigger, each: .day)]))
        try await site.working(flow) {
            try await site.tell("crawl.succeeded", "raw.log")
            try await site.tell("crawl.succeeded", "raw.log", "2026-11-21")
            try await flow.drain()
        }
        #expect(try await site.runs() == ["example 2026-11-21 succeeded: crawl of raw.log"])
        let letters = try await site.store.read { try $0.rows("SELECT subject, payload, reason FROM dead_letters") }
        #expect(letters.map { $0.text("subject") } == ["workflow example"])
        #expect(letters.first?.text("reason") == "example runs for each day, and the event names none")
        #expect(letters.first?.text("payload") == #"{"kind":"crawl.succeeded","sequence":1,"subject":"raw.log"}"#)
    }

    @Test func `a workflow added later begins with what comes from then on`() async throws {
        let first = WorkflowDefinition([.init("a")], on: trigger, each: .day)
        let added = WorkflowDefinition([.init("a")], named: "added", on: trigger, each: .day)
        let flow = try await site.start(site.project([first]))
        try await site.working(flow) {
            try await site.tell("crawl.succeeded", "raw.log", "2026-11-20")
            try await flow.drain()
            try await flow.apply(site.project([first, added]))
            try await site.tell("crawl.succeeded", "raw.log", "2026-11-21")
            try await flow.drain()
        }
        #expect(try await site.runs(where: "workflow = 'added'") == ["added 2026-11-21 succeeded: crawl of raw.log"])
    }

    @Test func `one workflow's end starts another, never itself`() async throws {
        let ends = Trigger(event: "run.succeeded", table: nil)
        let flow = try await site.start(
            site.project([.init([.init("a")], named: "first"), .init([.init("a")], named: "after", on: ends)]))
        try await site.working(flow) {
            _ = try await flow.start(workflow: "first", interval: nil, parameters: [:], reason: "by hand")
            try await flow.drain()
        }
        #expect(try await site.runs() == ["first - succeeded: by hand", "after - succeeded: run.succeeded of first"])
    }
}
