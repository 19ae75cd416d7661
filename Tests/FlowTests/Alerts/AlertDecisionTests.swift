import Lake
import Store
import Testing

@testable import Flow

@Suite struct AlertDecisionTests {
    private func decisions(_ kind: String, _ payload: String = "{}", interval: String? = "2026-11-21")
        -> [AlertDecision]
    {
        AlertDecision.decisions(
            for: StoredEvent(sequence: 1, kind: kind, subject: "daily", interval: interval, payload: payload, at: 0))
    }

    private func identity(_ kind: String, step: String?) -> AlertIdentity {
        AlertIdentity(kind: kind, subject: "daily", step: step, interval: "2026-11-21")
    }

    @Test func `a step that waits for its next try is an alert with its error`() {
        let found = decisions(
            "step.retrying",
            #"{"run":12,"step":"serve","error":"Load.Unreachable","message":"no route","attempt":1,"due":5}"#)
        #expect(
            found == [
                .raise(identity("step.retrying", step: "serve"), message: "Load.Unreachable: no route", run: 12)
            ])
    }

    @Test func `a step that gave up no longer retries`() {
        let found = decisions(
            "step.failed", #"{"run":12,"step":"serve","error":"Load.Failed","message":"m","attempt":3}"#)
        #expect(
            found == [
                .closeRetrying(subject: "daily", step: "serve", interval: "2026-11-21"),
                .raise(identity("step.failed", step: "serve"), message: "Load.Failed: m", run: 12),
            ])
    }

    @Test func `a run that failed is about the whole run, although it names the step`() {
        let found = decisions("run.failed", #"{"run":12,"step":"serve","error":"Load.Failed","message":"m"}"#)
        #expect(
            found == [
                .raiseUnlessStepDid(identity("run.failed", step: nil), message: "Load.Failed: m", run: 12)
            ])
    }

    @Test(arguments: ["run.succeeded", "run.cancelled"])
    func `a run that ended well, or by its operator's will, closes what was open for its interval`(kind: String) {
        #expect(decisions(kind) == [.closeAll(subject: "daily", interval: "2026-11-21")])
    }

    @Test(arguments: ["delivery", "extract", "crawl.succeeded", "partition.published", "something.new"])
    func `what needs nobody decides nothing`(kind: String) {
        #expect(decisions(kind) == [])
    }

    @Test func `a payload that is no JSON still raises its alert`() {
        #expect(
            decisions("crawl.failed", "…") == [.raise(identity("crawl.failed", step: nil), message: "", run: nil)])
    }

    @Test(arguments: [
        (["step.failed"], "step.failed", true), (["step.failed"], "step.retrying", false),
        (["step.*"], "step.retrying", true), (["step.*"], "steps.failed", false), (["*"], "crawl.failed", true),
        ([], "step.failed", false),
    ])
    func `a channel wants a kind by its name, by its family, or all`(on: [String], kind: String, wants: Bool) {
        #expect(AlertChannel(name: "c", on: on, run: []).wants(kind) == wants)
    }
}
