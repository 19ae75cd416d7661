import ArgumentParser
import Console
import Flow
import Foundation
import Lake

/// `weir backfill`: computes a range of intervals, in parallel.
struct BackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Compute a range of days in parallel, and wait for the end.",
        discussion: """
            One run for each day that is due. A day that keeps failing is set aside and blocks no other.

              weir backfill kpi_daily 2026-10-01..2026-10-31 --dry-run
              weir backfill kpi_daily 2026-10-01..2026-10-31 --only stale
              weir backfill list

            weir help backfill start tells all options of the first two.
            """,
        subcommands: [
            BackfillStart.self, BackfillList.self, BackfillPause.self, BackfillResume.self, BackfillCancel.self,
            BackfillRetry.self,
        ], defaultSubcommand: BackfillStart.self)
}

/// `2026-10-01..2026-10-31`, or one interval alone.
struct IntervalRange: ExpressibleByArgument {
    let first: Interval
    let last: Interval

    init?(argument: String) {
        if let interval = Interval(argument) {
            (first, last) = (interval, interval)
            return
        }
        guard let dots = argument.range(of: ".."), let first = Interval(String(argument[..<dots.lowerBound])),
            let last = Interval(String(argument[dots.upperBound...]))
        else { return nil }
        (self.first, self.last) = (first, last)
    }
}

extension BackfillRequest.Filter: ExpressibleByArgument {}

struct BackfillStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start a backfill; the word start may be left out.")

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The workflow's name.")
    var workflow: String

    @Argument(
        help: ArgumentHelp("The first and the last day, both with it: 2026-10-01..2026-10-31.", valueName: "from..to"))
    var range: IntervalRange

    @Option(help: "Which days: missing (never computed), failed, stale (what they read has changed), all.")
    var only = BackfillRequest.Filter.missing

    @Option(help: ArgumentHelp("Compute only these steps and what comes after them.", valueName: "a,b"))
    var steps: String?

    @Option(help: "Days at once (default: backfill: parallel of weir.yaml).")
    var parallel: Int?

    @Flag(help: "Begin with the newest day.")
    var newestFirst = false

    @Flag(help: "Show what it would do, day by day, and do nothing.")
    var dryRun = false

    @Flag(help: "Return as soon as it is started.")
    var noWait = false

    private struct Started: Encodable {
        var backfill: Int64
    }

    func run() async throws {
        let folder = try project.folder()
        let settings = try folder.load().backfill
        let request = BackfillRequest(
            workflow: workflow, first: range.first, last: range.last, only: only,
            steps: steps.map { $0.split(separator: ",").map(String.init) },
            parallel: parallel ?? settings.parallel, newestFirst: newestFirst)
        let (output, waits, isDryRun) = (project.output, !noWait, dryRun)
        let report = BackfillReport(folder: folder, output: output)
        try await ProjectEngine(folder: folder, role: "weir backfill").use { link in
            if isDryRun {
                guard case .plan(let plan) = try await link.ask(.planBackfill(request)) else { throw LinkFailure.lost }
                try output.document(plan)
                return BackfillReport.show(plan, output)
            }
            guard case .backfill(let id) = try await link.ask(.startBackfill(request)) else { throw LinkFailure.lost }
            if waits { return try await report.follow(id, by: link) }
            try output.document(Started(backfill: id))
            output.say("backfill #\(id) is on its way: weir backfill list")
        }
    }
}

struct BackfillList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the newest backfills.")
    @OptionGroup var project: ProjectOptions
    @Option(help: "How many.") var limit = 20

    func run() async throws {
        let limit = limit
        let backfills = try await project.folder().read(or: []) { try $0.backfills(limit: limit) }
        try project.output.document(backfills)
        guard !backfills.isEmpty else { return project.output.say("there has been no backfill yet") }
        var table = TextTable("BACKFILL", "WORKFLOW", "FROM..TO", "ONLY", "STATE", ">DONE", ">FAILED", ">LEFT")
        for backfill in backfills {
            let count = BackfillReport.Count(backfill)
            table.add(
                "#\(backfill.id)", .init(backfill.workflow), "\(backfill.first)..\(backfill.last)",
                .init(backfill.only.rawValue), .init(backfill.state.rawValue, backfill.state.tone), "\(count.done)",
                .init("\(count.failed)", count.failed > 0 ? .bad : .plain), "\(count.left)")
        }
        project.output.say(table)
    }
}

struct BackfillPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Begin no more days; days that run go on.")
    @OptionGroup var project: ProjectOptions
    @Argument(help: "The backfill's number.") var backfill: Int64
    func run() async throws { try await project.perform(.setBackfill(id: backfill, .pause), as: "weir backfill") }
}

struct BackfillResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Go on with a paused backfill.")
    @OptionGroup var project: ProjectOptions
    @Argument(help: "The backfill's number.") var backfill: Int64
    func run() async throws { try await project.perform(.setBackfill(id: backfill, .resume), as: "weir backfill") }
}

struct BackfillCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End a backfill and stop its runs; what is computed stays.")
    @OptionGroup var project: ProjectOptions
    @Argument(help: "The backfill's number.") var backfill: Int64
    func run() async throws { try await project.perform(.setBackfill(id: backfill, .cancel), as: "weir backfill") }
}

struct BackfillRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Run the days again that have failed.")
    @OptionGroup var project: ProjectOptions
    @Argument(help: "The backfill's number.") var backfill: Int64
    func run() async throws { try await project.perform(.setBackfill(id: backfill, .retryFailed), as: "weir backfill") }
}

extension BackfillSummary.State {
    var tone: TextTable.Tone {
        switch self {
        case .running: .busy
        case .paused: .waiting
        case .succeeded: .good
        case .failed: .bad
        case .cancelled: .faint
        }
    }
}
