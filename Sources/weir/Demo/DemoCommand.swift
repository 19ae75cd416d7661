import ArgumentParser
import Foundation
import Glibc

/// `weir demo`: a complete project with generated data, run before one's eyes.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "A complete project with 30 days of generated data, run live.",
        discussion: """
            Makes a folder with a project about a company social network: its database, its access logs, its \
            weir.yaml and SQL. Then runs it: in the console, or with --headless to the end, with a check of every \
            number that it serves.
            """,
        subcommands: [DemoMend.self, DemoKPI.self, DemoCheck.self, DemoGenerate.self])

    @OptionGroup var place: DemoPlace

    @Option(help: "Days of access logs, with today.")
    var days = 30

    @Option(help: "Lines of access log in all.")
    var records = 1_000_000

    @Option(help: "The same seed gives the same companies and people, and on the same day the same records.")
    var seed: UInt64 = 1

    @Flag(help: "Tell the story on standard output instead of opening the console.")
    var headless = false

    @Flag(help: "Remove what an earlier demo left in the folder, and begin anew.")
    var fresh = false

    func validate() throws {
        guard (DemoPlan.fewestDays...DemoPlan.mostDays).contains(days) else {
            throw ValidationError("--days must be \(DemoPlan.fewestDays) to \(DemoPlan.mostDays)")
        }
        guard (days * DemoPlan.fewestRecordsADay...DemoPlan.mostRecords).contains(records) else {
            throw ValidationError(
                "--records must be \(days * DemoPlan.fewestRecordsADay) to \(DemoPlan.mostRecords) for \(days) days")
        }
    }

    func run() async throws {
        let folder = DemoFolder(place.dir ?? DemoPlace.usual)
        if folder.isDemo {
            guard fresh else { throw DemoError.exists(directory: folder.path) }
            try folder.clear()
        } else {
            try folder.refuseUnlessEmpty()
        }
        // Whoever reads the story may stop reading: it still ends in good order.
        signal(SIGPIPE, SIG_IGN)
        let plan = DemoPlan(seed: seed, days: days, records: records, now: Date())
        let isAttended = !headless && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        do {
            if isAttended {
                try await DemoConsole(folder: folder, plan: plan).run()
            } else {
                let story = Story(folder: folder, plan: plan)
                guard try await Interruption.ending({ try await story.tellToTheEnd() }) else { throw ExitCode(1) }
            }
        } catch is CancellationError {
            throw DemoError.interrupted(directory: folder.path)
        }
    }
}

/// Where the demo is, for all of its commands.
struct DemoPlace: ParsableArguments {
    static let usual = "weir-demo"

    @Option(help: "The demo's folder (default: weir-demo, or the current folder if it is a demo).")
    var dir: String?

    /// The folder of a demo that exists. Throws `DemoError.notADemo`.
    func folder() throws -> DemoFolder {
        let here = DemoFolder(FileManager.default.currentDirectoryPath)
        let folder = dir.map(DemoFolder.init) ?? (here.isDemo ? here : DemoFolder(Self.usual))
        guard folder.isDemo else { throw DemoError.notADemo(directory: folder.path) }
        return folder
    }
}

/// `weir demo mend`: corrects the bad row in the product's database, as its owner would.
struct DemoMend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mend", abstract: "Correct the department that makes a day fail its check.")

    @OptionGroup var place: DemoPlace

    func run() throws {
        let narrator = Narrator()
        guard let mended = try AppDatabase.mend(in: try place.folder().appDatabase) else {
            return narrator.write("every department has a headcount: there is nothing to mend")
        }
        narrator.write(
            "department \(mended.id) (\(mended.name)) has \(mended.people) people, "
                + "but its headcount is \(mended.headcount)")
        narrator.write("app.db: \(mended.statement)")
        narrator.write("now the run that failed, from the step that extracts departments (in the console: R on it):")
        narrator.write("weir retry RUN departments --with-downstream")
    }
}

/// `weir demo kpi`: adds a workflow to `weir.yaml`, as a person would who has a new question.
struct DemoKPI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kpi", abstract: "Add a new KPI to weir.yaml, to be applied and computed for all days.")

    @OptionGroup var place: DemoPlace

    func run() throws {
        let folder = try place.folder()
        let plan = try folder.plan()
        let narrator = Narrator()
        guard try DemoProject.addKPI(to: folder) else {
            return narrator.write("weir.yaml has the workflow kpi_daily already")
        }
        narrator.write("added to weir.yaml, with sql/recognition.sql:")
        narrator.write(DemoProject.kpiWorkflow)
        narrator.write("now: weir apply, and for all days that are past:")
        narrator.write("weir backfill kpi_daily \(plan.intervals[0])..\(plan.intervals[plan.days - 1]) --only missing")
    }
}

/// `weir demo check`: compares what is served with a second opinion.
struct DemoCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check every served number against a computation of its own.")

    @OptionGroup var place: DemoPlace

    func run() throws {
        let outcome = try ServedCheck.run(try place.folder())
        let narrator = Narrator()
        for line in outcome.report { narrator.write(line) }
        guard outcome.differences.isEmpty else { throw ExitCode(1) }
    }
}

/// `weir demo generate`: the product, as a process of its own. The story starts it; people need not.
struct DemoGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Send today's log as the product would, and take its notifications.",
        shouldDisplay: false)

    @OptionGroup var place: DemoPlace

    @Option(help: "Lines a second.")
    var rate = 4000

    func run() async throws {
        let folder = try place.folder()
        let plan = try folder.plan()
        let weir = WeirProgram(directory: folder.path)
        let traffic = LiveTraffic(folder: folder, plan: plan, linesPerSecond: rate) {
            try? await weir.json(EngineAddress.self, ["status"]).address
        }
        try await Interruption.ending {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ProductServer(folder: folder).run() }
                group.addTask { try await traffic.run() }
                group.addTask { try await Self.untilStoryEnds() }
                while try await group.next() != nil {}
            }
        }
    }
}

extension DemoGenerate {
    /// Throws `CancellationError` when whoever holds the other end of standard input is gone, however it went.
    private static func untilStoryEnds() async throws {
        while true {
            var input = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
            if poll(&input, 1, 0) > 0 { throw CancellationError() }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

/// What the product needs of `weir status --json`.
private struct EngineAddress: Decodable {
    var address: String?
}
