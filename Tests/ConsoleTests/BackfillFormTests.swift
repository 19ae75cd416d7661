import Flow
import Lake
import Terminal
import Testing

@testable import Console

struct BackfillFormTests {
    private func opened(_ state: ConsoleState = Sample.state(120, 36)) -> (Fingers, BackfillRequest, Int) {
        var fingers = Fingers(state)
        guard case .send(.planBackfill(let request), _, let ticket) = fingers.type("b").first else {
            preconditionFailure("opening the form asks for a plan")
        }
        return (fingers, request, ticket)
    }
    private func form(_ fingers: Fingers) -> BackfillForm? {
        guard case .form(let form) = fingers.state.overlay else { return nil }
        return form
    }

    @Test func `the form begins with the chosen workflow and the last thirty days`() {
        let (_, request, _) = opened()
        #expect(request.workflow == "engagement_daily")
        #expect(request.first == Sample.day("2026-10-22"))
        #expect(request.last == Sample.day("2026-11-20"))
        #expect(request.only == .missing)
    }

    @Test func `workflows that weir.yaml gains while the form is open can be chosen, and the choice stays`() throws {
        var (fingers, _, _) = opened()
        var overview = try #require(fingers.state.data.overview)
        overview.workflows.insert("a_new_one", at: 0)
        _ = fingers.state.update(.overview(overview))
        let form = try #require(self.form(fingers))
        #expect(form.workflows.first == "a_new_one")
        #expect(form.workflows[form.workflow] == "engagement_daily")
    }

    @Test func `each change asks for the price again, and only the newest answer counts`() {
        var (fingers, request, first) = opened()
        // From `from` to `to`, a day on: the other request is on its way.
        let effects = fingers.press(Key(.tab)) + fingers.type("+")
        guard case .send(.planBackfill(let changed), _, let second) = effects.last else {
            Issue.record("no new plan was asked for: \(effects)")
            return
        }
        #expect(changed.last == Sample.day("2026-11-21"))
        _ = fingers.state.update(.reply(ticket: first, .reply(.plan(Sample.plan(request)))))
        #expect(form(fingers)?.plan == nil)
        _ = fingers.state.update(.reply(ticket: second, .reply(.plan(Sample.plan(changed)))))
        #expect(form(fingers)?.plan?.days.count == 31)
    }

    @Test func `it starts only what was priced, once, and shows its days`() {
        var (fingers, request, ticket) = opened()
        #expect(fingers.press(.control("s")) == [])
        #expect(fingers.text().contains("the plan is being made"))
        _ = fingers.state.update(.reply(ticket: ticket, .reply(.plan(Sample.plan(request)))))
        #expect(fingers.text().contains("24 of 30 days to compute"))
        let effects = fingers.press(.control("s"))
        guard case .send(.startBackfill(request), _, let started) = effects.first else {
            Issue.record("nothing was started: \(effects)")
            return
        }
        #expect(fingers.press(.control("s")) == [])
        let after = fingers.state.update(.reply(ticket: started, .reply(.backfill(id: 7))))
        #expect(after == [.watch(run: nil, listing: nil)])
        #expect(fingers.state.place == .backfills)
        #expect(fingers.text().contains("backfill b7 started; p pauses, x cancels"))
        #expect(fingers.text().contains("b7 kpi_daily  2026-06-01 .. 2026-08-20"))
    }

    @Test func `a held b does not write into the form`() {
        var (fingers, request, _) = opened()
        for _ in 0..<20 { #expect(fingers.type("b") == []) }
        #expect(form(fingers)?.reading == .request(request))
    }

    @Test func `what is wrong with a field is said in its place`() {
        var (fingers, _, _) = opened()
        fingers.press(Key(.backspace))
        #expect(fingers.text().contains("'2026-10-2' is not a day like 2026-11-21"))
        fingers.type("9")
        fingers.press(Key(.tab), .control("u"))
        fingers.type("2026-10-01")
        #expect(fingers.text().contains("the last day is before the first"))
        #expect(fingers.press(.control("s")) == [])
        #expect(form(fingers)?.focus == .last)
    }

    @Test func `a refused plan is shown and can't be started`() {
        var (fingers, _, ticket) = opened()
        _ = fingers.state.update(
            .reply(ticket: ticket, .reply(.refused(Refusal(.wrong, "engagement_daily has no intervals")))))
        #expect(fingers.text().contains("engagement_daily has no intervals"))
        #expect(fingers.press(.control("s")) == [])
    }

    @Test func `nothing to do is not started`() {
        var (fingers, request, ticket) = opened()
        var plan = Sample.plan(request)
        for index in plan.days.indices { plan.days[index].runs = false }
        _ = fingers.state.update(.reply(ticket: ticket, .reply(.plan(plan))))
        #expect(fingers.press(.control("s")) == [])
        #expect(fingers.text().contains("nothing to do: no day is missing; choose another filter"))
    }

    @Test func `every field can be set by keys`() {
        var (fingers, _, _) = opened()
        fingers.press(Key(.tab, .shift), Key(.right))
        fingers.press(Key(.tab), Key(.tab), Key(.tab), Key(.right), Key(.right))
        fingers.press(Key(.tab), Key(.right), Key(.tab), Key(.right), Key(.right))
        guard case .request(let request) = form(fingers)?.reading else {
            Issue.record("no request")
            return
        }
        #expect(request.workflow == "kpi_daily")
        #expect(request.only == .stale)
        #expect(!request.newestFirst)
        #expect(request.parallel == 6)
    }

    @Test func `a day typed in a command opens the form with it`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type(":backfill kpi_daily 2026-06-01..2026-06-03 all")
        guard case .send(.planBackfill(let request), _, _) = fingers.press(Key(.enter)).first else {
            Issue.record("no plan was asked for")
            return
        }
        #expect(request.workflow == "kpi_daily" && request.only == .all)
        #expect(request.first...request.last == Sample.day("2026-06-01")...Sample.day("2026-06-03"))
    }

    @Test func `the calendar begins at what failed, and r retries that day`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type("g6")
        #expect(fingers.state.focusedDay?.interval == Sample.day("2026-07-13"))
        #expect(
            fingers.type("r") == [
                .send(.retry(run: 742, step: nil, downstream: false), key: "retry-742-all-\(Sample.now)", ticket: 1)
            ])
        fingers.type("l")
        #expect(fingers.state.focusedDay?.interval == Sample.day("2026-07-20"))
        #expect(fingers.type("r") == [])
        #expect(fingers.text().contains("2026-07-20 is done: r retries a failed day"))
        fingers.type("R")
        #expect(fingers.text().contains("Retry all 2 failed days of backfill b7 of kpi_daily?"))
        #expect(fingers.type("y") == [.send(.setBackfill(id: 7, .retryFailed), key: "test-2", ticket: 2)])
    }
}
