import Lake
import Testing

@testable import Flow

@Suite struct StalenessTests {
    /// small ─▶ week, engagement ─▶ serve; extract before all, notify after serve; page answers serve.
    static func definition() throws -> WorkflowDefinition {
        WorkflowDefinition(
            [
                StepDefinition("extract", work: .extract(name: "app", tables: [])),
                try .query("small", "", into: "mart.small", needs: ["extract"]),
                try .query("week", "", into: "mart.week", reads: ["mart.small": -6...0]),
                try .query("engagement", "", into: "mart.engagement", needs: ["small"]),
                StepDefinition(
                    "serve",
                    work: .load(
                        LoadWork(from: try TableName("mart.engagement"), to: "sqlite:a.db", table: "e", mode: .replace))
                ),
                StepDefinition("notify", needs: ["serve"]),
                StepDefinition("page", onlyByCatch: true),
            ], each: .day)
    }

    func facts(_ standings: [String: Standing], failed: Set<String> = [], isActive: Bool = false) -> IntervalFacts {
        var all: [String: Standing] = ["extract": .untold, "notify": .untold, "page": .untold]
        for step in ["small", "week", "engagement", "serve"] { all[step] = .upToDate }
        return IntervalFacts(
            standings: all.merging(standings) { $1 }, failed: failed, isActive: isActive, bytes: [:])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var standings: [String: Standing]
        var failed: Set<String> = []
        var filter: BackfillRequest.Filter
        var among: [String]?
        var due: Set<String>
        var reason: String
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "nothing is due", standings: [:], filter: .missing, due: [], reason: "up to date"),
        Case(
            name: "an added step brings itself and what follows it, and no sibling",
            standings: ["week": .absent], filter: .missing, due: ["week"], reason: "never computed: week"),
        Case(
            name: "what reads or loads a table follows the step that makes it",
            standings: ["engagement": .absent], filter: .missing, due: ["engagement", "serve", "notify"],
            reason: "never computed: engagement"),
        Case(
            name: "a day never computed runs all that leaves something, and what follows",
            standings: ["small": .absent, "week": .absent, "engagement": .absent, "serve": .absent], filter: .missing,
            due: ["small", "week", "engagement", "serve", "notify"], reason: "never computed"),
        Case(
            name: "missing leaves days alone that are only stale",
            standings: ["small": .sqlChanged], filter: .missing, due: [], reason: "up to date"),
        Case(
            name: "a day with something missing also mends what is stale in it",
            standings: ["week": .absent, "engagement": .inputsChanged], filter: .missing,
            due: ["week", "engagement", "serve", "notify"], reason: "never computed: week"),
        Case(
            name: "changed SQL is stale, with everything after it",
            standings: ["small": .sqlChanged], filter: .stale,
            due: ["small", "week", "engagement", "serve", "notify"], reason: "sql changed: small"),
        Case(
            name: "a load of an older version is stale alone, with what needs it",
            standings: ["serve": .inputsChanged], filter: .stale, due: ["serve", "notify"],
            reason: "inputs changed: serve"),
        Case(
            name: "failed takes the steps that failed, also those that leave nothing",
            standings: ["engagement": .absent], failed: ["extract"], filter: .failed,
            due: ["extract", "small", "week", "engagement", "serve", "notify"], reason: "failed"),
        Case(
            name: "failed leaves days alone that did not fail", standings: ["week": .absent], filter: .failed, due: [],
            reason: "did not fail"),
        Case(
            name: "chosen steps bound what is computed",
            standings: ["small": .sqlChanged, "week": .absent], filter: .stale, among: ["small", "engagement"],
            due: ["small", "engagement"], reason: "sql changed: small"),
        Case(
            name: "all is all", standings: [:], filter: .all,
            due: ["extract", "small", "week", "engagement", "serve", "notify", "page"], reason: "all"),
    ]

    @Test(arguments: cases) func `what is due follows from what is there`(_ example: Case) throws {
        let facts = facts(example.standings, failed: example.failed)
        let due = facts.due(example.filter, among: example.among, of: try Self.definition())
        #expect(due == example.due)
        #expect(facts.reason(example.filter, due: due) == example.reason)
    }

    @Test func `a changed input concerns what has read it, and nothing that is merely missing`() throws {
        let facts = facts(["week": .inputsChanged, "engagement": .absent])
        #expect(facts.changed(of: try Self.definition()) == ["week"])
    }

    @Test func `a result is compared by SQL, parameters and partitions; master tables don't age it`() throws {
        let log = try TableName("raw.log")
        let users = try TableName("raw.users")
        func provenance(_ sql: String, _ floor: Int64, _ version: Int64, users userVersion: Int64) -> Provenance {
            Provenance(
                sqlHash: sql, parameters: ["floor": .int(floor)],
                inputs: [
                    InputVersion(table: log, partition: "dt=2026-11-21", version: version),
                    InputVersion(table: users, partition: "", version: userVersion),
                ])
        }
        let then = provenance("a", 3, 1, users: 1)
        #expect(then.standing(now: provenance("a", 3, 1, users: 9)) == .upToDate)
        #expect(then.standing(now: provenance("b", 3, 1, users: 1)) == .sqlChanged)
        #expect(then.standing(now: provenance("a", 4, 1, users: 1)) == .parametersChanged)
        #expect(then.standing(now: provenance("a", 3, 2, users: 1)) == .inputsChanged)
    }

    @Test func `time is estimated from the middle half of what runs have taken`() {
        #expect(BackfillPlanner.estimate(days: 10, parallel: 4, durations: []) == nil)
        #expect(BackfillPlanner.estimate(days: 10, parallel: 4, durations: [2]) == 6...6)
        #expect(BackfillPlanner.estimate(days: 8, parallel: 4, durations: [1, 2, 3, 4, 100]) == 4...8)
    }
}
