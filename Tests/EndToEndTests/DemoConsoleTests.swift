import Flow
import Foundation
import Glibc
import TestSupport
import Testing

/// `weir demo` on a terminal, worked as its checklist tells: the whole product as a person meets it.
@Suite(.processes) struct DemoConsoleTests {
    let folder = TemporaryDirectory()
    let family = Orphans()

    private func demo() -> TerminalProgram {
        let kept = ["HOME", "PATH", "TMPDIR", "WEIR_DUCKDB", "XDG_DATA_HOME"]
        let environment = ProcessInfo.processInfo.environment.filter { kept.contains($0.key) }
        return TerminalProgram(
            EngineUnderTest.executable, ["demo", "--days", "4", "--records", "20000", "--dir", folder("demo")],
            environment: environment.merging(family.environment) { _, new in new }, rows: 36, columns: 120)
    }

    private var engine: Int32? { LockHolder.read(project: folder("demo"))?.process }

    @Test func `a failure is seen, mended and retried, a KPI computed for all days, the engine's death survived`()
        async throws
    {
        let demo = demo()
        #expect(try await demo.shows("To try"))
        #expect(try await demo.shows("1 failed"), "\(demo.screen.text)")

        demo.send("2\r")
        #expect(try await demo.shows("Check.Failed: check sql [headcount > 0]"), "\(demo.screen.text)")
        demo.send("m")
        #expect(try await demo.shows("UPDATE departments SET headcount"), "\(demo.screen.text)")
        demo.send("r")
        #expect(try await demo.shows("[2 ✓"), "\(demo.screen.text)")

        let first = try #require(engine)
        kill(first, SIGKILL)
        let isBack = try await demo.shows { screen in
            engine != first && screen.text.contains("engine pid \(engine ?? 0)")
        }
        #expect(isBack, "\(demo.screen.text)")

        demo.send("\u{1B}")
        #expect(try await demo.shows("3 Workflows"), "\(demo.screen.text)")
        demo.send("K")
        #expect(try await demo.shows("kpi_daily is in weir.yaml"), "\(demo.screen.text)")
        demo.send("b")
        #expect(try await demo.shows("ctrl-s start"), "\(demo.screen.text)")
        // Back from the first day to the workflow, and to the one that begins with k: it may be news to the console.
        demo.send("\u{1B}[Z")
        let isChosen = try await demo.shows { screen in
            demo.send("k")
            return screen.text.contains("< kpi_daily >")
        }
        #expect(isChosen, "\(demo.screen.text)")
        #expect(try await demo.shows("never computed"), "\(demo.screen.text)")
        demo.send("\u{13}")
        let isComputed = try await demo.shows { $0.text.contains("b1 kpi_daily") && $0.text.contains("100%") }
        #expect(isComputed, "\(demo.screen.text)")

        demo.send("\u{1B}")
        #expect(try await demo.shows("3 Workflows"), "\(demo.screen.text)")
        demo.send("q")
        #expect(try await demo.shows("End the demonstration?"), "\(demo.screen.text)")
        demo.send("y")
        #expect(try await demo.end() == 0)
        #expect(demo.settings == TerminalSettings.fresh)
        #expect(family.living().isEmpty, "nothing is left: \(family.living())")
    }

    @Test func `a terminal that goes takes the demo's engine and product with it`() async throws {
        let demo = demo()
        #expect(try await demo.shows("engine pid"), "\(demo.screen.text)")
        demo.signal(SIGHUP)
        demo.hangUp()
        demo.signal(SIGHUP)
        #expect(try await demo.end() == 0, "it ended in order")
        let isAlone = try await eventually { family.living().isEmpty }
        #expect(isAlone, "\(family.living())")
    }
}
