import Foundation
import TestSupport

@testable import Lake

/// A project's folder for a test of the parser.
struct ProjectFixture {
    let folder = TemporaryDirectory()

    /// Writes `weir.yaml` and SQL files of one line each.
    init(_ yaml: String, sql: [String] = []) throws {
        try folder.write(yaml, to: "weir.yaml")
        for file in sql { try folder.write("SELECT 1 AS one\n", to: file) }
    }

    func load(_ environment: [String: String] = [:]) throws -> Project {
        try ProjectParser.load(folder.path, environment: environment)
    }

    /// What the parser has against the project, a line each; empty when it is right.
    func errors(_ environment: [String: String] = [:]) -> String {
        do {
            _ = try load(environment)
            return ""
        } catch {
            return "\(error)"
        }
    }

    /// A project that is right, with a stream, a workflow of one query step `a`, and `more` after it.
    static func around(_ more: String) throws -> ProjectFixture {
        try ProjectFixture(
            """
            name: shop
            streams:
              log: { into: raw.log, format: json }
            crawlers:
              lake: { paths: [ raw ] }
            workflows:
              daily:
                each: dt
                steps:
                  a: { query: sql/a.sql, into: mart.a }
            \(more)
            """, sql: ["sql/a.sql"])
    }
}
