import Foundation
import Glibc
import TestSupport
import Testing

/// The real `weir console` on a pseudo-terminal, without an engine.
@Suite(.processes) struct TerminalStoryTests {
    private let project = TemporaryDirectory()

    init() throws {
        try project.write("name: story\n", to: "weir.yaml")
    }

    private func console(
        rows: Int = 36, columns: Int = 120, arguments: [String] = [], environment: [String: String] = [:]
    ) -> TerminalProgram {
        TerminalProgram(
            EngineUnderTest.executable, ["console", "--read-only", "--dir", project.path] + arguments,
            environment: environment, rows: rows, columns: columns)
    }

    @Test func `the first picture shows four panes and says what to do`() async throws {
        let console = console()
        #expect(try await console.shows("nothing has run in this project yet"))
        for pane in ["1 Ingestion", "2 Alerts and retries", "3 Workflows", "4 Catalog", "READ-ONLY"] {
            #expect(console.screen.text.contains(pane))
        }
        console.send("q")
        #expect(try await console.shows("y quit"))
        console.send("y")
        #expect(try await console.end() == 0)
    }

    @Test func `history shows without an engine: the failed run, its step, its log`() async throws {
        try await Sample.writeHistory(to: project(".weir/weir.db"))
        let console = console()
        #expect(try await console.shows("1 failed"))
        #expect(console.screen.text.contains("no engine: this is history"))
        console.send("3\r")
        #expect(try await console.shows("[3 ✗ Check.Failed 34s]"))
        #expect(console.screen.text.contains("├─✓ user_days"))
        #expect(console.screen.text.contains("ERROR Check.Failed: nothing was published"))
        console.send("[")
        #expect(try await console.shows("Log engagement attempt 2/3"))
        console.send("\u{1B}")
        #expect(try await console.shows("3 Workflows"))
        console.send(":events\r")
        #expect(try await console.shows("none yet"))
        console.send(":runs\r")
        #expect(try await console.shows("Check.Failed: not-null(department_id)"))
    }

    @Test func `help opens, is searched and closes`() async throws {
        let console = console()
        #expect(try await console.shows("? help"))
        console.send("?backf")
        #expect(try await console.shows("backfill a range of days"))
        #expect(!console.screen.text.contains("next pane"))
        console.send("\u{1B}")
        #expect(try await console.shows { !$0.text.contains("type to search") })
    }

    @Test func `quitting leaves the terminal as it was`() async throws {
        let console = console()
        #expect(try await console.shows("? help"))
        #expect(console.settings != TerminalSettings.fresh)
        console.send("\u{03}\u{03}")
        #expect(try await console.end() == 0)
        #expect(console.settings == TerminalSettings.fresh)
        #expect(console.screen.text.trimmingCharacters(in: .whitespacesAndNewlines) == "")
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGABRT, SIGILL, SIGBUS, SIGFPE])
    func `a signal that ends it leaves the terminal as it was`(number: Int32) async throws {
        let console = console()
        #expect(try await console.shows("? help"))
        console.signal(number)
        #expect(try await console.end() == -number)
        #expect(console.settings == TerminalSettings.fresh)
        #expect(console.screen.text.trimmingCharacters(in: .whitespacesAndNewlines) == "")
    }

    @Test func `a closed window ends it`() async throws {
        let console = console()
        #expect(try await console.shows("? help"))
        console.hangUp()
        #expect(try await console.end() != nil)
    }

    @Test func `a storm of resizes ends in the last size`() async throws {
        let console = console()
        #expect(try await console.shows("? help"))
        for step in 0..<500 { console.resize(rows: 10 + step % 40, columns: 40 + step % 120) }
        console.resize(rows: 24, columns: 80)
        #expect(try await console.shows { $0.line(23).isEmpty == false && $0.line(22).contains("? help") })
        #expect(console.screen.line(2).hasPrefix("┌─ 1 Ingestion"))
        #expect(console.screen.line(2).count == 80)
        console.resize(rows: 8, columns: 30)
        #expect(try await console.shows("weir needs 40x10"))
        console.resize(rows: 10, columns: 40)
        #expect(try await console.shows("3 Workflows"))
    }

    @Test func `suspended it gives the terminal back, continued it takes it again`() async throws {
        let shell = TerminalProgram(
            "/bin/bash", ["--norc", "--noprofile", "-i"], environment: ["PS1": "ready> ", "HISTFILE": ""], rows: 24,
            columns: 80)
        #expect(try await shell.shows("ready>"))
        let before = shell.settings
        shell.send("\(EngineUnderTest.executable) console --read-only --dir \(project.path)\r")
        #expect(try await shell.shows("3 Workflows"))
        shell.send("\u{1A}")
        #expect(try await shell.shows("Stopped"))
        #expect(!shell.screen.text.contains("3 Workflows"))
        // The shell's own settings for editing a line come back a moment after its words.
        #expect(try await shell.shows { _ in shell.settings == before })
        shell.send("fg\r")
        #expect(try await shell.shows("3 Workflows"))
        #expect(shell.settings != before)
        shell.send("\u{03}\u{03}")
        #expect(try await shell.shows { $0.text.contains("ready>") && shell.settings == before })
        shell.send("exit\r")
        #expect(try await shell.end() == 0)
    }

    @Test func `colours follow the terminal and NO_COLOR`() async throws {
        let coloured = console()
        #expect(try await coloured.shows("? help"))
        #expect(coloured.screen.colors(0, 1).background >= 0)
        let plain = console(environment: ["NO_COLOR": "1"])
        #expect(try await plain.shows("? help"))
        for column in 0..<120 { #expect(plain.screen.colors(2, column) == (-1, -1)) }
    }

    @Test func `a locale that is not UTF-8 gets ASCII`() async throws {
        let console = console(environment: ["LANG": "C"])
        #expect(try await console.shows("? help"))
        #expect(console.screen.text.allSatisfy { $0.isASCII })
        #expect(console.screen.line(2).hasPrefix("+- 1 Ingestion"))
    }

    @Test func `an unknown terminal and no terminal are told apart`() async throws {
        let console = console(environment: ["TERM": "no-such-terminal"])
        #expect(try await console.end() == 1)
        #expect(console.screen.text.contains("'no-such-terminal' is not in the terminfo database"))
    }

    @Test func `a terminal that shows frames at once is given them so, and only such a one`() async throws {
        let console = console()
        #expect(try await console.shows("? help"))
        let begin = Array("\u{1B}[?2026h".utf8)
        #expect(!console.transcript.contains(begin))
        console.send("\u{1B}[?2026;2$y?")
        #expect(try await console.shows("type to search"))
        #expect(console.transcript.contains(begin))
        #expect(console.transcript.contains(Array("\u{1B}[?2026l".utf8)))
    }

    @Test func `a paste is text and never commands`() async throws {
        let console = console()
        #expect(try await console.shows("? help"))
        console.send("\u{1B}[200~qy\u{03}\u{03}\u{1B}[201~")
        #expect(try await console.shows("pasted text is never taken for keys"))
        console.send(":")
        console.send("\u{1B}[200~theme\r mono\u{1B}[201~")
        #expect(try await console.shows(":theme  mono"))
    }
}
