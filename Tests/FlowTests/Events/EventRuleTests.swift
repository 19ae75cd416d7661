import Lake
import Store
import Testing

@testable import Flow

@Suite struct EventRuleTests {
    let crawler = CrawlerDefinition(name: "lake", paths: ["raw"], on: [.delivery])

    func event(_ kind: String, _ subject: String, _ interval: String? = nil) -> StoredEvent {
        StoredEvent(sequence: 1, kind: kind, subject: subject, interval: interval, payload: "{}", at: 0)
    }

    func query(_ name: String, into: String, reads: [String: ClosedRange<Int>]) throws -> StepDefinition {
        var windows: [TableName: ClosedRange<Int>] = [:]
        for (table, range) in reads { windows[try TableName(table)] = range }
        let work = QueryWork(file: "\(name).sql", sql: "", into: try TableName(into), reads: windows, checks: [])
        return StepDefinition(
            name: name, work: .query(work), needs: [], timeout: nil, retry: [], catches: [], onlyByCatch: false,
            when: nil)
    }

    @Test func `a crawler answers deliveries into the tables that it looks after`() {
        let rule = EventRule.crawler(crawler)
        #expect(rule.verdict(on: event("delivery", "raw.access_log", "2026-11-21")) == .crawl)
        #expect(rule.verdict(on: event("delivery", "mart.x")) == .ignore)
        #expect(rule.verdict(on: event("extract", "raw.users")) == .ignore)
    }

    @Test func `a changed day concerns the other days whose windows hold it`() throws {
        let workflow = WorkflowDefinition(
            [
                try query("small", into: "mart.small", reads: [:]),
                try query(
                    "week", into: "mart.week", reads: ["raw.log": -2...0, "mart.small": -1...0, "raw.users": -9...0]),
                try query("next", into: "mart.next", reads: ["raw.log": 0...1]),
            ], on: Trigger(event: "crawl.succeeded", table: "raw.log"), each: .day)
        let rule = EventRule.window(workflow)
        func days(_ kind: String, _ table: String) -> [String] {
            guard case .recompute(let days) = rule.verdict(on: event(kind, table, "2026-11-21")) else { return [] }
            return days.map(\.description)
        }
        #expect(days("crawl.succeeded", "raw.log") == ["2026-11-20", "2026-11-22", "2026-11-23"])
        #expect(days("partition.published", "mart.small") == ["2026-11-22"])
        // A table that the workflow doesn't follow, one without windows, an event of another kind.
        #expect(days("partition.published", "raw.users") == [])
        #expect(days("partition.published", "mart.week") == [])
        #expect(days("delivery", "raw.log") == [])
    }

    @Test func `only workflows that read beyond their interval have a rule for it`() throws {
        let plain = WorkflowDefinition([try query("a", into: "mart.a", reads: ["raw.log": 0...0])], each: .day)
        #expect(plain.widestWindows.isEmpty)
    }

    @Test func `what comes during a crawl is one crawl afterwards`() {
        var duty = CrawlDuty(definition: crawler)
        #expect(duty.begin(now: 0) == nil)
        duty.ask(3)
        duty.ask(5)
        #expect(duty.begin(now: 0) == 5)
        duty.ask(8)
        duty.ask(9)
        #expect(duty.begin(now: 0) == nil)
        duty.succeeded()
        #expect(duty.begin(now: 0) == 9)
        duty.succeeded()
        #expect(duty.isIdle)
    }

    @Test func `a crawl that fails is tried again later and later, then set aside`() {
        var duty = CrawlDuty(definition: crawler)
        duty.ask(3)
        #expect(duty.begin(now: 0) == 3)
        #expect(duty.failed(now: 0) == false)
        #expect(duty.begin(now: 999) == nil)
        #expect(duty.begin(now: 1_000) == 3)
        #expect(duty.failed(now: 1_000) == false)
        #expect(duty.begin(now: 2_999) == nil)
        duty.ask(4)
        #expect(duty.begin(now: 3_000) == 4)
        #expect(duty.failed(now: 3_000) == true)
        #expect(duty.isIdle)
    }
}
