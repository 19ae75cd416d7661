import Console
import Flow
import Foundation
import Lake
import Store

/// What a demo shows, from nothing to checked numbers, by the commands that a person would use.
struct Story: Sendable {
    /// How fast the product sends today's log, in lines a second.
    private static let headlessRate = 5000
    private static let consoleRate = 60

    let folder: DemoFolder
    let plan: DemoPlan
    let narrator: Narrator
    private let weir: WeirProgram
    private let engine: EngineKeeper
    private let watch: Watch

    init(folder: DemoFolder, plan: DemoPlan, narrator: Narrator = Narrator()) {
        self.folder = folder
        self.narrator = narrator
        self.plan = plan
        weir = WeirProgram(directory: folder.path)
        engine = EngineKeeper(weir, log: folder("demo.log"))
        watch = Watch(weir: weir, folder: folder, plan: plan, narrator: narrator)
    }

    /// Without a console: tells each thing as it happens, mends what fails, adds a KPI, checks what is served.
    /// Returns whether the served numbers are right. Whatever happens, no process is left.
    func tellToTheEnd() async throws -> Bool {
        try make()
        return try await withEngine {
            try await extract()
            return try await withProduct(linesPerSecond: Self.headlessRate) {
                try await ingest()
                try await mend(try await computeDays())
                try await addKPI()
                try await computeStaleDays()
                return try await check()
            }
        }
    }

    /// Beside a console: the past goes in while somebody watches, and what fails is left for them to mend. Works until
    /// it is cancelled. Whatever happens, no process is left.
    func tellBesideConsole() async throws {
        try make()
        try await withEngine {
            try await extract()
            try await withProduct(linesPerSecond: Self.consoleRate) {
                try await weir.run(["ingest", "access_log"] + folder.pastLogs(plan))
                narrator.say("ingest", "the logs of the past are in: one day will fail its check")
                try await Interruption.untilCancelled()
            }
        }
    }

    private func make() throws {
        narrator.write("Hiroba, a social network for companies, in \(folder.path)")
        try DemoProject.write(to: folder)
        let made = try Generator.make(plan, in: folder)
        try folder.write(plan)
        narrator.say(
            "data",
            "\(made.network.companies.count) companies, \(made.network.departments.count) departments, "
                + "\(Figures.exact(made.network.users.count)) people and \(Figures.exact(made.posts)) posts in app.db")
        narrator.more(
            "\(plan.days) days of access logs: \(Figures.exact(plan.records)) lines, \(Figures.bytes(made.logBytes)), "
                + "some late, some sent twice, some malformed")
        narrator.say("project", "weir.yaml and sql/*.sql are the whole workload: begin to read there")
    }

    private func withEngine<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await engine.whileItRuns { outcome, pid in
            let how = outcome < 0 ? "signal \(-outcome)" : "exit code \(outcome)"
            narrator.say("engine", "died (\(how)) and was started anew, pid \(pid): it goes on where it was")
        } _: {
            narrator.say("engine", "weir serve runs, pid \(engine.pid): the only writer, and the host of all work")
            return try await body()
        }
    }

    private func withProduct<Result: Sendable>(
        linesPerSecond: Int, _ body: () async throws -> Result
    ) async throws -> Result {
        let product = try weir.start(
            ["demo", "generate", "--rate", "\(linesPerSecond)"], log: folder("demo.log"))
        narrator.say("product", "sends today's log over HTTP as it comes, pid \(product.pid)")
        return try await product.whileItRuns(body)
    }

    private func extract() async throws {
        try await weir.run(["extract", "app"])
        try await weir.run(["crawl", "lake"])
        narrator.say("extract", "the tables of app.db are Parquet in the lake; a crawl has put them into the catalog")
    }

    private func ingest() async throws {
        let start = narrator.seconds
        let past = plan.linesByDay.dropLast().reduce(0, +)
        try await weir.run(["ingest", "access_log"] + folder.pastLogs(plan))
        let rate = Int(Double(past) / max(0.001, narrator.seconds - start))
        narrator.say(
            "ingest", "\(Figures.exact(past)) lines of the past are taken, each stored before it is acknowledged")
        narrator.more("\(Figures.exact(rate)) a second, while today's come in too")
    }

    /// Waits until every day is computed, and returns the run that failed.
    private func computeDays() async throws -> RunSummary {
        narrator.say("workflow", "each crawl's success starts engagement_daily for the days that changed")
        try await watch.untilQuiet()
        let latest = try await watch.latestRuns(of: "engagement_daily")
        let failed = latest.filter { $0.state == .failed }
        guard let run = failed.first, failed.count == 1, run.interval == Interval(day: plan.openingDay) else {
            throw DemoError.wrong(
                "one day should have failed its check, \(Interval(day: plan.openingDay)); failed: "
                    + (failed.isEmpty ? "none" : failed.map(Self.failure).joined(separator: "; ")))
        }
        narrator.say("workflow", "\(latest.count - 1) days are computed and served")
        let notices = try await watch.runs().flatMap(\.steps).filter { $0.name == "notify" }
        let busy = notices.reduce(0) { $0 + max(0, $1.attempts - 1) }
        narrator.say("retry", "the product was too busy for notify (503): \(busy) automatic retries, and it was told")
        narrator.say("failure", Self.failure(run))
        return run
    }

    private static func failure(_ run: RunSummary) -> String {
        "run \(run.id) of \(run.interval.map(\.description) ?? run.workflow) failed at \(run.failedStep ?? "its start"): "
            + "\(run.error ?? "") \(run.message ?? "")"
    }

    private func mend(_ run: RunSummary) async throws {
        guard let mended = try AppDatabase.mend(in: folder.appDatabase) else {
            throw DemoError.wrong("no department has a bad headcount: nothing explains the failure")
        }
        narrator.say("mend", "\(mended.name) has \(mended.people) people, not \(mended.headcount). In app.db:")
        narrator.more(mended.statement)
        try await weir.run(["retry", "\(run.id)", "departments", "--with-downstream"])
        let retried = try await watch.untilEnd(ofRun: run.id)
        guard retried.state == .succeeded else { throw DemoError.wrong(Self.failure(retried)) }
        narrator.say(
            "retry",
            "weir retry \(run.id) departments --with-downstream: extracted again, the check holds, the day is served")
    }

    private func addKPI() async throws {
        _ = try DemoProject.addKPI(to: folder)
        try await weir.run(["apply", "--yes"])
        narrator.say("kpi", "a new question: kpi_daily is added to weir.yaml, and weir apply takes it up")
        let start = narrator.seconds
        try await weir.run(["backfill", "kpi_daily", range, "--only", "missing"])
        try await watch.untilQuiet()
        narrator.say(
            "backfill",
            "weir backfill kpi_daily \(range) --only missing: "
                + String(format: "%d days in parallel, %.1f s", plan.days, narrator.seconds - start))
    }

    /// Days that were computed before a late record of a day that they look back on came in.
    private func computeStaleDays() async throws {
        let arguments = ["backfill", "engagement_daily", range, "--only", "stale"]
        let due = try await weir.json(BackfillPlan.self, arguments + ["--dry-run"]).days.filter(\.runs)
        guard !due.isEmpty else { return }
        try await weir.run(arguments)
        try await watch.untilQuiet()
        narrator.say("stale", "\(Figure.several(due.count, "day")) looked back on days that changed: computed again")
    }

    private var range: String { "\(plan.intervals[0])..\(plan.intervals[plan.days - 1])" }

    private func check() async throws -> Bool {
        let folder = folder
        let outcome = try await BlockingQueue("weir.demo.check").run { try ServedCheck.run(folder) }
        let lines = try await Summary(weir: weir, watch: watch, served: outcome).lines(seconds: narrator.seconds)
        narrator.write("")
        for line in lines { narrator.write(line) }
        narrator.write("")
        for line in outcome.report { narrator.write(line) }
        guard outcome.differences.isEmpty else { return false }
        narrator.write("look around: weir console --dir \(folder.path)")
        return true
    }
}
