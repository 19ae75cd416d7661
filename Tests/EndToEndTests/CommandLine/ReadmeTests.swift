import Foundation
import TestSupport
import Testing

/// What the README shows works as it stands there.
@Suite(.processes) struct ReadmeTests {
    let folder = TemporaryDirectory()

    private static let text: String = {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return (try? String(contentsOf: URL(fileURLWithPath: "/\(root)/README.md"), encoding: .utf8)) ?? ""
    }()

    /// The README's first block of a language.
    private func block(_ language: String) throws -> String {
        let start = try #require(Self.text.range(of: "```\(language)\n"))
        let end = try #require(Self.text.range(of: "```", range: start.upperBound..<Self.text.endIndex))
        return String(Self.text[start.upperBound..<end.lowerBound])
    }

    @Test func `the project that it shows is right, and computes and serves what comes in`() async throws {
        try folder.write(try block("yaml"), to: "weir.yaml")
        try folder.write(try block("sql"), to: "sql/users.sql")
        try folder.write(
            """
            {"request_id":"a","ts":"2026-11-20T10:00:00+09:00","user_id":7}
            {"request_id":"b","ts":"2026-11-20T11:00:00+09:00","user_id":7}
            {"request_id":"b","ts":"2026-11-20T11:00:00+09:00","user_id":7}
            {"request_id":"c","ts":"2026-11-20T23:59:59+09:00","user_id":8}

            """, to: "access.json")
        let validated = try await EngineUnderTest.weir(["validate"], in: folder)
        #expect(validated.code == 0, "\(validated.error)")
        let ingested = try await EngineUnderTest.weir(["ingest", "access_log", "access.json"], in: folder)
        #expect(ingested.code == 0, "\(ingested.error)")
        let queried = try await EngineUnderTest.weir(
            ["query", "SELECT users, requests FROM mart.users", "--format", "csv"], in: folder)
        #expect(queried.output == "users,requests\r\n2,3\r\n", "\(queried.error)")
    }

    @Test func `every command that it names exists`() async throws {
        let help = try await EngineUnderTest.weir(["--help"], in: folder).output
        let commands = Set(Self.text.matches(of: /weir ([a-z-]+)/).map { String($0.1) })
        #expect(commands.count > 8)
        for command in commands { #expect(help.contains("\n  \(command) "), "weir \(command)") }
    }
}
