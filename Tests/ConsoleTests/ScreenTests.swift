import Flow
import Lake
import Terminal
import Testing

@testable import Console

struct ScreenTests {
    @Test func `a window without the keyboard shows no seconds, which would stand still`() {
        var state = Sample.state(120, 36)
        #expect(state.draw(theme: Sample.theme()).text.contains("14:22:07 +09:00"))
        _ = state.handle(.focus(false), at: 0)
        let text = state.draw(theme: Sample.theme()).text
        #expect(text.contains("14:22 +09:00"))
        #expect(!text.contains("14:22:07"))
    }

    @Test func `that an engine has grown older is no news`() {
        let before = Sample.state(120, 36).data
        var after = before
        after.status?.uptimeSeconds += 1
        #expect(after.saysTheSame(as: before))
        after.status?.runsByState["running", default: 0] += 1
        #expect(!after.saysTheSame(as: before))
        after.status = nil
        #expect(!after.saysTheSame(as: before))
    }

    @Test func `overview at 120x36`() throws {
        try expectGolden(Sample.state(120, 36).draw(theme: Sample.theme()), "overview at 120x36")
    }

    @Test func `overview at 80x24`() throws {
        try expectGolden(Sample.state(80, 24).draw(theme: Sample.theme()), "overview at 80x24")
    }

    @Test func `one pane at 40x10`() throws {
        try expectGolden(Sample.state(40, 10).draw(theme: Sample.theme()), "one pane at 40x10")
    }

    @Test func `overview in ASCII`() throws {
        let grid = Sample.state(120, 36).draw(theme: Sample.theme().inASCII()).inASCII()
        try expectGolden(grid, "overview in ASCII")
        #expect(!grid.text.contains("?") || grid.text.filter { $0 == "?" }.count == 1)
    }

    @Test func `an empty project says what to do`() throws {
        let state = Sample.state(120, 36, overview: Sample.empty, attached: false)
        try expectGolden(state.draw(theme: Sample.theme()), "an empty project says what to do")
    }

    @Test func `a failed run`() throws {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type(":run 912")
        fingers.press(Key(.enter))
        _ = fingers.state.update(.run(Sample.failedDetail))
        try expectGolden(fingers.state.draw(theme: Sample.theme()), "a failed run")
    }

    @Test func `a failed run at 80x24`() throws {
        var fingers = Fingers(Sample.state(80, 24))
        fingers.type(":run 912")
        fingers.press(Key(.enter))
        _ = fingers.state.update(.run(Sample.failedDetail))
        try expectGolden(fingers.state.draw(theme: Sample.theme()), "a failed run at 80x24")
    }

    @Test func `the backfill form with its plan`() throws {
        var fingers = Fingers(Sample.state(120, 36))
        let effects = fingers.type("b")
        guard case .send(.planBackfill(let request), _, let ticket) = effects.first else {
            Issue.record("no plan was asked for: \(effects)")
            return
        }
        _ = fingers.state.update(.reply(ticket: ticket, .reply(.plan(Sample.plan(request)))))
        try expectGolden(fingers.state.draw(theme: Sample.theme()), "the backfill form with its plan")
    }

    @Test func `the backfill form at 80x24`() throws {
        var fingers = Fingers(Sample.state(80, 24))
        let effects = fingers.type("b")
        guard case .send(.planBackfill(let request), _, let ticket) = effects.first else {
            Issue.record("no plan was asked for: \(effects)")
            return
        }
        _ = fingers.state.update(.reply(ticket: ticket, .reply(.plan(Sample.plan(request)))))
        try expectGolden(fingers.state.draw(theme: Sample.theme()), "the backfill form at 80x24")
    }

    @Test func `a backfill by days`() throws {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type("g6")
        try expectGolden(fingers.state.draw(theme: Sample.theme()), "a backfill by days")
    }

    @Test func `help is made from the key table`() throws {
        var fingers = Fingers(Sample.state(120, 60))
        fingers.type("?")
        try expectGolden(fingers.state.draw(theme: Sample.theme()), "help is made from the key table")
    }

    @Test func `a demonstration with its checklist`() throws {
        let checklist = [
            ChecklistItem(title: "watch records come in and days being computed", hint: "1 2 3 4", milestone: .watched),
            ChecklistItem(title: "open the failed run", hint: "3, enter", milestone: .openedFailedRun),
            ChecklistItem(title: "mend the department's row", hint: "m", milestone: .hostAction("mend")),
            ChecklistItem(title: "retry the failed step", hint: "r", milestone: .retried),
            ChecklistItem(title: "backfill a range of days", hint: "b", milestone: .backfilled),
        ]
        let state = Sample.state(120, 36, profile: Sample.profile(engine: .demonstration, checklist: checklist))
        try expectGolden(state.draw(theme: Sample.theme()), "a demonstration with its checklist")
    }

    @Test func `a screen too small says what it needs`() {
        var state = Sample.state(80, 24)
        state.resize(to: Size(columns: 39, rows: 9))
        let text = state.draw(theme: Sample.theme()).text
        #expect(text.contains("weir needs 40x10"))
        #expect(text.contains("this is 39x9; q quits"))
    }

    @Test(arguments: [(1, 1), (3, 2), (40, 10), (41, 11), (72, 18), (79, 23), (200, 60), (500, 5), (40, 200)])
    func `every place can be drawn at every size`(columns: Int, rows: Int) {
        for keys in [
            ["1"], ["2"], ["3"], ["4"], ["+"], ["g", "6"], ["?"], ["b"], ["T"], ["q"], [":"], ["/"], ["g", "e"],
        ] {
            var fingers = Fingers(Sample.state(80, 24))
            fingers.state.resize(to: Size(columns: columns, rows: rows))
            for key in keys { fingers.type(key) }
            let grid = fingers.state.draw(theme: Sample.theme())
            #expect(grid.size == Size(columns: columns, rows: rows))
            fingers.press(Key(.escape))
            fingers.type(":run 912")
            fingers.press(Key(.enter))
            _ = fingers.state.update(.run(Sample.failedDetail))
            #expect(fingers.state.draw(theme: Sample.theme()).size.columns == columns)
        }
    }

    @Test func `hostile names and errors are drawn as pictures of themselves`() {
        var overview = Sample.overview
        let hostile = "\u{1B}[2J\u{1B}]52;c;cm0gLXJm\u{07}\r\n\u{202E}\u{9B}31m"
        overview.runs[0].workflow = hostile
        overview.tables[0].name = hostile
        overview.alerts[0].message = hostile
        overview.streams[0].name = hostile
        let grid = Sample.state(120, 36, overview: overview, attached: false).draw(theme: Sample.theme())
        #expect(grid.text.contains("␛[2J␛]52;c;cm0gLXJm␇␍␊�"))
        for cell in grid.cells { #expect(cell.glyph.base == 0 || cell.glyph.base >= 0x20) }
    }
}
