import Flow
import Lake
import Terminal
import Testing

@testable import Console

struct CommandTests {
    @Test func `a line is read as what it asks for`() throws {
        let day = Sample.day("2026-06-01")
        let last = Sample.day("2026-08-20")
        let expected: [(String, Command)] = [
            ("run 912", .openRun(912)), ("run #912", .openRun(912)),
            ("backfill", .backfill(workflow: nil, days: nil, only: nil)),
            (
                "backfill kpi_daily 2026-06-01..2026-08-20",
                .backfill(workflow: "kpi_daily", days: day...last, only: nil)
            ),
            ("backfill kpi_daily 2026-06-01 stale", .backfill(workflow: "kpi_daily", days: day...day, only: .stale)),
            ("trigger kpi_daily", .send(.run(workflow: "kpi_daily", interval: nil, parameters: [:]))),
            ("trigger kpi_daily 2026-06-01", .send(.run(workflow: "kpi_daily", interval: day, parameters: [:]))),
            ("retry 912 serve", .send(.retry(run: 912, step: "serve", downstream: false))),
            ("cancel 912", .cancel(912)), ("pause kpi_daily", .send(.pauseWorkflow("kpi_daily"))),
            ("flush access_log", .send(.flush(stream: "access_log"))), ("apply", .send(.apply)),
            ("theme mono", .theme("mono")), ("events", .list(.events)), ("  q ", .quit),
        ]
        for (line, command) in expected { #expect(try Command(line) == command, "\(line)") }
    }

    @Test(arguments: [
        ("", "a command is missing: ? lists them"),
        ("runn 9", "no command 'runn'; did you mean run, retry, resume, runs?"),
        ("zzz", "no command 'zzz': ? lists them"),
        ("run", "usage: :run RUN"),
        ("run nine", "'nine' is not a number like 912"),
        ("run 99999999999999999999", "'99999999999999999999' is not a number like 912"),
        ("backfill kpi 2026-13-01", "'2026-13-01' is not a day like 2026-11-21"),
        ("backfill kpi 2026-06-02..2026-06-01", "2026-06-01 is before 2026-06-02"),
        ("backfill kpi 2026-06-01 new", "'new' is none of missing, failed, stale, all"),
        ("theme a b", "usage: :theme THEME"),
    ]) func `a wrong line says what was expected`(line: String, message: String) {
        #expect(throws: Command.Wrong(message: message)) { try Command(line) }
    }

    @Test func `every command of the list can be read`() {
        for entry in Command.entries {
            let words = entry.arguments.map { argument in
                switch argument {
                case .run, .number: "1"
                case .day: "2026-01-01"
                case .days: "2026-01-01..2026-01-02"
                case .filter: "all"
                case .workflow, .theme, .stream, .step: "name"
                }
            }
            let line = ([entry.name] + words).joined(separator: " ")
            #expect(throws: Never.self, "\(line)") { _ = try Command(line) }
        }
    }

    @Test func `tab completes commands, workflows and themes`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type(":trig")
        fingers.press(Key(.tab))
        fingers.type("kp")
        fingers.press(Key(.tab))
        guard case .command(let line) = fingers.state.overlay else {
            Issue.record("no command line is open")
            return
        }
        #expect(line.field.string == "trigger kpi_daily ")
        fingers.press(.control("u"))
        fingers.type("theme default")
        #expect(fingers.text().contains("default-dark  default-light"))
        fingers.press(Key(.tab), Key(.tab))
        #expect(fingers.text().contains(":theme default-light"))
        fingers.press(Key(.tab, .shift))
        #expect(fingers.press(Key(.enter)) == [.useTheme("default-dark")])
    }

    @Test func `the arrows bring former lines back`() {
        var fingers = Fingers(Sample.state(120, 36))
        for line in [":theme mono", ":events"] {
            fingers.type(line)
            fingers.press(Key(.enter))
        }
        fingers.type(":ru")
        fingers.press(Key(.up))
        #expect(fingers.text().contains(":events"))
        fingers.press(Key(.up))
        #expect(fingers.text().contains(":theme mono"))
        fingers.press(Key(.down), Key(.down))
        #expect(fingers.text().contains(":ru"))
    }

    @Test func `a wrong line stays to be mended`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type(":theme nothere")
        fingers.press(Key(.enter))
        #expect(fingers.text().contains("no theme 'nothere': default-dark, default-light, high-contrast, mono"))
        fingers.type(":rum 1")
        fingers.press(Key(.enter))
        #expect(fingers.text().contains(":rum 1"))
    }

    @Test func `stopping the engine asks for the project's name`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type(":stop")
        #expect(fingers.press(Key(.enter)) == [])
        fingers.type("tunag")
        #expect(fingers.press(Key(.enter)) == [.send(.stop(drain: false), key: "test-1", ticket: 1)])
    }

    @Test(arguments: [
        ("engagement", [true, true, false]), ("!engagement", [false, false, true]), ("#9\\d2", [true, false, false]),
        ("-f egdy", [true, true, false]), ("KPI", [false, false, false]), ("kpi", [false, false, true]),
        ("[", [false, false, false]),
    ]) func `a filter is a pattern, its opposite, or letters in order`(text: String, expected: [Bool]) throws {
        let rows = ["engagement_daily#912", "engagement_daily#913", "kpi_daily#7"]
        #expect(try #require(Filter(text)).matches(rows) == expected)
    }

    @Test func `a filter narrows the list while it is typed and escape clears it`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type("/FAILED")
        #expect(fingers.state.workRows.map(\.id) == ["run 912"])
        #expect(fingers.text().contains("3 Workflows /FAILED"))
        fingers.press(Key(.enter))
        #expect(fingers.state.overlay == nil)
        fingers.press(Key(.escape))
        #expect(fingers.state.workRows.count == 7)
        fingers.type("/zzz")
        #expect(fingers.text().contains("nothing matches zzz"))
    }

    @Test func `a pattern that is none says so`() {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type("/(")
        fingers.press(Key(.enter))
        #expect(fingers.text().contains("'(' is not a regular expression"))
    }
}
