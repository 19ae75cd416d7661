import Flow
import Foundation
import TestSupport
import Testing

@testable import weir

/// `weir demo --headless`, as whoever tries Weir first runs it.
@Suite(.processes) struct DemoTests {
    let directory = TemporaryDirectory()
    private var folder: DemoFolder { DemoFolder(directory("demo")) }

    @Test func `a demo tells its story to the end, and its check finds what is altered afterwards`() async throws {
        let demo = try await untilEnd(of: try start())
        #expect(demo.code == 0, "\(demo.output)\(demo.error)")
        #expect(demo.error.isEmpty)
        for words in [
            "Check.Failed check sql [headcount > 0]: 1 of ", "UPDATE departments SET headcount = ",
            " departments --with-downstream: extracted again, the check holds, the day is served",
            "the product was too busy for notify (503): 2 automatic retries", " --only missing: 4 days in parallel",
            "log lines without Weir", "look around: weir console --dir \(folder.path)",
        ] {
            #expect(demo.output.contains(words), "the story does not tell: \(words)")
        }
        let lines = demo.output.split(separator: "\n", omittingEmptySubsequences: false)
        let table = try #require(lines.split(separator: "").dropFirst().first)
        #expect(
            table.compactMap { $0.split(separator: " ").first }
                == ["records", "lake", "runs", "steps", "scanned", "served", "time"])
        // received = delivered + rejected + duplicates + buffered
        let counts = try #require(table.first).split(separator: " ").compactMap { Int($0.replacing(",", with: "")) }
        #expect(counts.count == 5 && counts[0] == counts[1...].reduce(0, +) && counts[0] >= 20_000, "\(counts)")
        #expect(counts.dropFirst().prefix(3).allSatisfy { $0 > 0 } && counts.last == 0, "\(counts)")
        #expect(try await weir("status", "--dir", folder.path).code == 3, "no engine is left")

        let check = try await weir("demo", "check", "--dir", folder.path)
        #expect(check.code == 0 && demo.output.contains(check.output))
        let differences = try alterServedTables()
        let refuted = try await weir("demo", "check", "--dir", folder.path)
        #expect(refuted.code == 1)
        #expect(
            refuted.output.split(separator: "\n").map(String.init)
                == ["the served numbers are wrong; the first differences:"] + differences)
    }

    @Test func `an engine that is killed in the middle of a demo is started anew, and the story says so`() async throws
    {
        let demo = try start()
        let story = try await untilEnd(of: demo) {
            // In the middle of ingestion, then of workflows.
            let first = try await killEngine(of: demo, other: 0) { _ in demo.standardOutput.contains(" product ") }
            _ = try await killEngine(of: demo, other: first) { $0.steps.contains { $0.waitsFor == nil } }
        }
        #expect(story.code == 0, "\(story.output)\(story.error)")
        let restarts = story.output.split(separator: "\n").filter {
            $0.contains("died (signal 9) and was started anew, pid ")
        }
        #expect(restarts.count == 2, "\(story.output)")
        #expect(story.output.contains("log lines without Weir"))
    }

    private func start() throws -> ProgramUnderTest {
        try ProgramUnderTest(
            EngineUnderTest.executable,
            ["demo", "--headless", "--days", "4", "--records", "20000", "--dir", folder.path],
            keepingOutputIn: directory)
    }

    /// Waits for a demo's end, after a body. Whatever is thrown, the demo ends in good order, with all that it started.
    private func untilEnd(
        of demo: ProgramUnderTest, _ body: () async throws -> Void = {}
    ) async throws -> ProgramUnderTest.Outcome {
        do {
            try await body()
            if try await eventually(within: .seconds(600), { demo.poll() != nil }) { return try await demo.ended() }
            throw ProgramUnderTest.Failure(description: "the demo does not end: \(demo.standardOutput)")
        } catch {
            demo.send(SIGTERM)
            _ = try? await demo.ended()
            throw error
        }
    }

    private func weir(_ arguments: String...) async throws -> ProgramUnderTest.Outcome {
        try await ProgramUnderTest(EngineUnderTest.executable, arguments, keepingOutputIn: directory).ended()
    }

    /// Kills the demo's engine once it is another than an earlier one and the condition holds of it; returns its pid.
    private func killEngine(
        of demo: ProgramUnderTest, other: Int32, when condition: (EngineStatus) -> Bool
    ) async throws -> Int32 {
        var killed: Int32?
        _ = try await eventually(within: .seconds(300)) {
            let status = try await weir("status", "--json", "--dir", folder.path)
            guard demo.poll() == nil else { return true }
            guard status.code == 0,
                let engine = try? JSONDecoder().decode(EngineStatus.self, from: Data(status.output.utf8)),
                engine.pid != other, condition(engine)
            else { return false }
            kill(engine.pid, SIGKILL)
            killed = engine.pid
            return true
        }
        return try #require(killed, "the demo ended first: \(demo.standardOutput)\(demo.standardError)")
    }

    /// Makes a number wrong, removes a row and adds one; returns how the check should tell.
    private func alterServedTables() throws -> [String] {
        let database = try SQLiteFile(folder.analyticsDatabase, .write)
        func first(_ columns: String, of table: String) throws -> [Cell] {
            try #require(try database.rows("SELECT \(columns) FROM \(table) ORDER BY \(columns) LIMIT 1").first)
        }
        let score = try first("dt, company_id, department_id, active", of: "engagement")
        let pair = try first("dt, company_id, from_department_id, to_department_id", of: "interactions")
        let cohort = try first("dt, company_id", of: "recognition")
        guard case .integer(let active) = score[3] else { throw ProgramUnderTest.Failure(description: "no number") }
        try database.execute(
            """
            UPDATE engagement SET active = \(active + 1)
                WHERE dt = '\(score[0])' AND company_id = \(score[1]) AND department_id = \(score[2]);
            DELETE FROM interactions WHERE dt = '\(pair[0])' AND company_id = \(pair[1])
                AND from_department_id = \(pair[2]) AND to_department_id = \(pair[3]);
            INSERT INTO recognition SELECT * FROM recognition WHERE dt = '\(cohort[0])' AND company_id = \(cohort[1])
            """)
        return [
            "  interactions \(pair[0]) company_id \(pair[1]) from_department_id \(pair[2]) "
                + "to_department_id \(pair[3]): is missing",
            "  engagement \(score[0]) company_id \(score[1]) department_id \(score[2]): "
                + "active is \(active + 1), should be \(active)",
            "  recognition \(cohort[0]) company_id \(cohort[1]): is served twice or should not be there",
        ]
    }
}
