import Flow
import Lake
import Terminal
import Testing

@testable import Console

struct KeyTests {
    @Test func `no key means two things in one pane`() {
        for pane in Pane.allCases {
            var seen: [Chord: Action] = [:]
            for binding in KeyTable(hostActions: []).bindings where binding.works(in: pane) {
                for chord in binding.chords {
                    #expect(seen[chord] == nil, "\(chord.name) in \(pane.title)")
                    seen[chord] = binding.action
                }
            }
        }
    }

    @Test func `a key that destroys is never near one that moves`() {
        let table = KeyTable(hostActions: [])
        #expect(table.action(for: Chord(.control("d")), in: .workflows) == .halfDown)
        #expect(table.action(for: Chord(.control("u")), in: .workflows) == .halfUp)
    }

    @Test func `every key is in help, and enter does it`() {
        var fingers = Fingers(Sample.state(120, 200))
        fingers.type("?")
        let text = fingers.text()
        for binding in fingers.state.keys.bindings { #expect(text.contains(binding.title), "\(binding.title)") }
        fingers.type("all runs")
        let effects = fingers.press(Key(.enter))
        #expect(effects == [.watch(run: nil, listing: ListingQuery(.runs))])
        #expect(fingers.state.place == .listing(.runs))
    }

    @Test func `help says why a key does nothing now`() {
        var fingers = Fingers(Sample.state(120, 60, attached: false))
        fingers.type("?retry the failed")
        #expect(fingers.text().contains("retry the failed step now  engagement_daily#914 is RUNNING"))
        fingers.press(Key(.escape), Key("j"), Key("j"), Key("j"))
        fingers.type("?retry the failed")
        #expect(fingers.text().contains("retry the failed step now  no engine runs: start one with weir serve"))
    }

    // r

    private func onFailedRun(_ profile: Profile = Sample.profile()) -> Fingers {
        var fingers = Fingers(Sample.state(120, 36, profile: profile))
        fingers.type("jjj")
        return fingers
    }

    @Test func `r on a failed run retries its failed step at once`() {
        var fingers = onFailedRun()
        let effects = fingers.type("r")
        #expect(
            effects == [
                .send(
                    .retry(run: 912, step: "engagement", downstream: false), key: "retry-912-engagement-3", ticket: 1)
            ])
        #expect(fingers.text().contains("retrying engagement of engagement_daily#912 11-18; x cancels"))
        _ = fingers.state.update(.reply(ticket: 1, .reply(.done("attempt 4 of engagement started"))))
        #expect(fingers.text().contains("attempt 4 of engagement started; x cancels"))
    }

    @Test func `a held r fires once, and again after half a second of silence`() {
        var fingers = onFailedRun()
        var sent = 0
        func press(_ moment: Int64) { sent += fingers.state.handle(.key(Key("r")), at: moment).count }
        for repeated in 0..<40 { press(10_000 + Int64(repeated) * 33) }
        #expect(sent == 1)
        press(11_287 + 499)
        #expect(sent == 1)
        press(11_287 + 499 + 500)
        #expect(sent == 2)
    }

    @Test func `two different steps need no silence between them`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type("2")
        let first = fingers.state.handle(.key(Key("r")), at: 1000)
        _ = fingers.state.handle(.key(Key("j")), at: 1010)
        let second = fingers.state.handle(.key(Key("r")), at: 1020)
        #expect(first.count == 1)
        #expect(
            second == [
                .send(.retry(run: 913, step: "notify", downstream: false), key: "retry-913-notify-2", ticket: 2)
            ])
    }

    @Test func `the same step after the same attempt is the same request from every console`() {
        var one = onFailedRun()
        var other = onFailedRun()
        other.type("kj")
        guard case .send(_, let first, _) = one.type("r").first, case .send(_, let second, _) = other.type("r").first
        else {
            Issue.record("nothing was sent")
            return
        }
        #expect(first == second)
    }

    @Test func `a refused retry is asked anew, because an engine keeps to its first answer`() {
        var fingers = onFailedRun()
        fingers.type("r")
        _ = fingers.state.update(.reply(ticket: 1, .reply(.refused(Refusal(.wrong, "another run is active")))))
        #expect(fingers.text().contains("another run is active"))
        guard case .send(_, let key, _) = fingers.type("r").first else {
            Issue.record("nothing was sent")
            return
        }
        #expect(key == "retry-912-engagement-3-test-1")
    }

    @Test func `r where nothing failed says so and sends nothing`() {
        var fingers = Fingers(Sample.state(120, 36))
        #expect(fingers.type("r") == [])
        #expect(fingers.text().contains("engagement_daily#914 is RUNNING: r retries a failed step"))
    }

    @Test func `R names what it touches and asks`() {
        var fingers = onFailedRun()
        #expect(fingers.type("R") == [])
        #expect(fingers.text().contains("and what comes after it: serve, notify?"))
        #expect(fingers.type("n") == [])
        fingers.type("R")
        #expect(
            fingers.type("y") == [
                .send(.retry(run: 912, step: "engagement", downstream: true), key: "test-1", ticket: 1)
            ])
    }

    @Test func `R in a run takes the step with the focus, though it has succeeded`() {
        var fingers = onFailedRun()
        fingers.press(Key(.enter))
        fingers.type("ggR")
        #expect(fingers.text().contains("Retry departments of engagement_daily#912 11-18"))
        #expect(fingers.text().contains("user_days, pair_days"))
        guard case .send(.retry(912, "departments", true), _, _) = fingers.type("y").first else {
            Issue.record("departments was not retried")
            return
        }
        fingers.type("GR")
        #expect(fingers.text().contains("notify has not run"))
    }

    @Test func `a read-only console refuses every change`() {
        for key in ["r", "R", "b", "t", "p", "x"] {
            var fingers = onFailedRun(Sample.profile(readOnly: true))
            #expect(fingers.type(key) == [], "\(key)")
            #expect(fingers.state.overlay == nil, "\(key)")
            #expect(fingers.text().contains("read-only: this console changes nothing"), "\(key)")
        }
        for line in [":retry 912", ":trigger kpi_daily", ":crawl", ":stop", ":backfill kpi_daily", ":cancel 914"] {
            var fingers = onFailedRun(Sample.profile(readOnly: true))
            fingers.type(line)
            #expect(fingers.press(Key(.enter)) == [], "\(line)")
            #expect(fingers.state.overlay == nil, "\(line)")
        }
        #expect(onFailedRun(Sample.profile(readOnly: true)).text().contains(" READ-ONLY "))
    }

    // x

    @Test func `x cancels only when the name was typed`() {
        var fingers = Fingers(Sample.state(120, 36))
        #expect(fingers.type("x") == [])
        #expect(fingers.text().contains("Steps that stop: active_users, retention."))
        fingers.type("engagement")
        #expect(fingers.press(Key(.enter)) == [])
        #expect(fingers.text().contains("type engagement_daily to confirm"))
        fingers.type("_daily")
        #expect(fingers.press(Key(.enter)) == [.send(.cancel(run: 914), key: "test-1", ticket: 1)])
    }

    @Test func `x on a backfill says how much is left and escape leaves it`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type("jjx")
        #expect(fingers.text().contains("21 days of 81 are not done; what is done stays."))
        fingers.press(Key(.escape))
        #expect(fingers.state.overlay == nil)
    }

    @Test func `x on what has ended says so`() {
        var fingers = onFailedRun()
        #expect(fingers.type("x") == [])
        #expect(fingers.text().contains("engagement_daily#912 has ended: FAILED"))
    }

    // Alerts

    @Test func `the same failure in many runs is one line, and is acknowledged as one`() {
        var overview = Sample.overview
        overview.alerts = (0..<40).map { number in
            AlertSummary(
                id: 100 + number, kind: "step.failed", subject: "kpi_daily", step: "kpi", interval: nil, state: .open,
                message: "Query.Failed: no column kpi", occurrences: 1, run: 1000 + number, openedAt: Sample.now)
        }
        overview.runs += (0..<40).map {
            Sample.run(1000 + $0, "kpi_daily", "2026-11-01", .failed, from: -9000, steps: [])
        }
        var fingers = Fingers(Sample.state(120, 36, overview: overview))
        fingers.type("2")
        #expect(fingers.text().contains("kpi  11-01 kpi_daily#1000 and 39 more"))
        #expect(fingers.text().contains("40 failed"))
        #expect(fingers.type("a").count == 40)
    }

    // Going about

    @Test func `the failed step has the focus when a run is opened`() {
        var fingers = onFailedRun()
        #expect(fingers.press(Key(.enter)) == [.watch(run: 912, listing: nil)])
        #expect(fingers.state.focusedStep?.name == "engagement")
        _ = fingers.state.update(.run(Sample.failedDetail))
        #expect(fingers.state.focusedStep?.name == "engagement")
        #expect(fingers.text().contains("Log engagement attempt 3/3"))
        fingers.type("[")
        #expect(fingers.text().contains("Log engagement attempt 2/3"))
        #expect(fingers.press(Key(.escape)) == [.watch(run: nil, listing: nil)])
        #expect(fingers.state.place == .overview)
    }

    @Test func `the selection stays with its run when others come`() {
        var fingers = onFailedRun()
        #expect(fingers.state.focusedWork?.id == "run 912")
        var overview = Sample.overview
        overview.runs.insert(Sample.run(915, "kpi_daily", "2026-11-20", .queued, from: -100, steps: []), at: 0)
        _ = fingers.state.update(.overview(overview))
        #expect(fingers.state.focusedWork?.id == "run 912")
    }

    @Test func `a long list scrolls with the selection`() {
        var overview = Sample.overview
        overview.runs = (1...150).map { Sample.finishedRun(Int64($0), "2026-11-17", ago: 1_000_000 * Int64(151 - $0)) }
        var fingers = Fingers(Sample.state(120, 36, overview: overview))
        fingers.type("G")
        #expect(fingers.text().contains("▌#1 "))
        fingers.press(.control("u"))
        fingers.type("gg")
        #expect(fingers.state.list(.workflows).index == 0)
        #expect(fingers.state.list(.workflows).offset == 0)
    }

    @Test func `q goes back, and at the root it asks`() {
        var fingers = onFailedRun()
        fingers.press(Key(.enter))
        fingers.type("q")
        #expect(fingers.state.place == .overview)
        #expect(fingers.type("q") == [])
        #expect(fingers.state.overlay == .leaving)
        #expect(fingers.type("n") == [])
        fingers.type("q")
        #expect(fingers.type("y") == [.quit(stopEngine: false)])
    }

    @Test func `whoever started the engine is asked about it`() {
        var fingers = Fingers(Sample.state(120, 36))
        _ = fingers.state.update(.owner(.startedHere))
        fingers.type("q")
        #expect(fingers.text().contains("l leave it running   s stop it   esc stay"))
        #expect(fingers.type("y") == [])
        #expect(fingers.type("s") == [.quit(stopEngine: true)])
        fingers.press(Key(.escape))
        fingers.press(.control("c"))
        #expect(fingers.press(.control("c")) == [.quit(stopEngine: false)])
    }

    @Test func `an engine that goes away and comes back is told of`() {
        var fingers = Fingers(Sample.state(120, 36))
        _ = fingers.state.update(.link(.lost))
        #expect(fingers.text().contains("✗ engine lost"))
        #expect(fingers.text().contains("the engine went away: see .weir/log/engine.log"))
        #expect(fingers.type("jjjr") == [])
        #expect(fingers.text().contains("no engine runs: start one with weir serve"))
        _ = fingers.state.update(.link(.attached))
        #expect(fingers.text().contains("an engine is back"))
    }

    @Test func `a pasted r is no r`() {
        var fingers = onFailedRun()
        #expect(fingers.state.handle(.paste("rrr\r:stop\r"), at: 5000) == [])
        #expect(fingers.state.overlay == nil)
    }

    @Test func `the mouse chooses a line, a second click opens it, the wheel scrolls`() {
        var fingers = Fingers(Sample.state(120, 36))
        let text = fingers.text().split(separator: "\n", omittingEmptySubsequences: false)
        let y = text.firstIndex { $0.contains("#912 engagement_daily") } ?? 0
        _ = fingers.state.handle(.mouse(Mouse(.press, button: 0, x: 5, y: y)), at: 1)
        #expect(fingers.state.focusedWork?.id == "run 912")
        let effects = fingers.state.handle(.mouse(Mouse(.press, button: 0, x: 5, y: y)), at: 2)
        #expect(effects == [.watch(run: 912, listing: nil)])
        fingers.press(Key(.escape))
        _ = fingers.state.handle(.mouse(Mouse(.wheelDown, button: 0, x: 100, y: 20)), at: 3)
        #expect(fingers.state.list(.catalog).index == 3)
        #expect(fingers.state.pane == .workflows)
    }

    @Test func `a notice goes away and a failure stays longer`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.press(Key("M"))
        #expect(fingers.text().contains("mouse off"))
        fingers.state.tick(now: Sample.now + 6000)
        #expect(!fingers.text().contains("mouse off"))
        _ = fingers.type("r")
        fingers.state.tick(now: Sample.now + 17_000)
        #expect(fingers.text().contains("r retries a failed step"))
        fingers.state.tick(now: Sample.now + 18_001)
        #expect(!fingers.text().contains("r retries a failed step"))
    }

    @Test func `a theme is tried while it is chosen, and escape takes it back`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type("T")
        #expect(fingers.type("j") == [.useTheme("default-light")])
        #expect(fingers.press(Key(.escape)) == [.useTheme("default-dark")])
        fingers.type("Tj")
        #expect(fingers.press(Key(.enter)) == [])
        #expect(fingers.state.theme == "default-light")
    }
}
