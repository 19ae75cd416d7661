import Console
import Flow
import Foundation
import Lake
import Terminal

/// A company's project in the midst of its day, as the store and an engine would show it.
enum Sample {
    /// 2026-11-21 05:22:07 UTC.
    static let now: Int64 = 1_795_238_527_000
    static let minute: Int64 = 60_000

    static func day(_ text: String) -> Interval { Interval(text) ?? Interval(day: 0) }

    static func profile(
        readOnly: Bool = false, engine: EngineOwner = .somebody, checklist: [ChecklistItem] = [],
        hostActions: [HostAction] = []
    ) -> Profile {
        Profile(
            project: "tunag", directory: "/srv/tunag", timeZone: TimeZone(identifier: "Asia/Tokyo") ?? .gmt,
            readOnly: readOnly, engine: engine, hostActions: hostActions, checklist: checklist, session: "test")
    }

    static func state(
        _ columns: Int, _ rows: Int, profile: Profile = profile(), overview: Overview? = overview,
        attached: Bool = true
    ) -> ConsoleState {
        var state = ConsoleState(
            profile: profile, size: Size(columns: columns, rows: rows), now: now,
            themes: ["default-dark", "default-light", "high-contrast", "mono"])
        if let overview { _ = state.update(.overview(overview)) }
        _ = state.update(.link(attached ? .attached : .absent(reason: nil)))
        if attached { _ = state.update(.status(status)) }
        return state
    }

    static func theme(_ name: String = "default-dark") -> Theme {
        guard let theme = try? ThemeLibrary(folder: nil).theme(name) else { preconditionFailure("no theme \(name)") }
        return theme
    }

    static func stream(
        _ name: String, received: Int64, rejected: Int64, rate: Double, buffered: Int64, lag: Double, history: [Int],
        paused: Bool = false
    ) -> StreamStatus {
        StreamStatus(
            name: name, received: received, delivered: received - rejected - buffered - 40, rejected: rejected,
            duplicates: 40, buffered: buffered, bufferedBytes: buffered * 210, recordsPerSecond: rate,
            bytesPerSecond: rate * 210, lagSeconds: lag, history: history, paused: paused)
    }

    static let streams = [
        stream(
            "access_log", received: 41_204_331, rejected: 83, rate: 12_100, buffered: 38_211, lag: 3.2,
            history: (0..<60).map { 9000 + ($0 * 577) % 4000 }),
        stream(
            "clicks", received: 5_804_112, rejected: 17, rate: 5_812, buffered: 91_002, lag: 9.1,
            history: (0..<60).map { 5000 + ($0 * 131) % 900 }),
        stream(
            "payments", received: 48_800, rejected: 0, rate: 4.8, buffered: 12, lag: 28.4,
            history: (0..<60).map { $0 % 7 == 0 ? 9 : 3 }),
        stream("audit", received: 12_002, rejected: 0, rate: 0, buffered: 0, lag: 0, history: [], paused: true),
    ]

    static let status = EngineStatus(
        pid: 4242, epoch: 7, uptimeSeconds: 7390, project: "tunag", address: "127.0.0.1:8344",
        slots: SlotStatus(total: 2, busy: 2, waiting: 1), streams: streams,
        runsByState: ["running": 2, "retrying": 1, "failed": 1, "succeeded": 1203],
        steps: [
            LiveStep(run: 914, step: "active_users", progress: 0.62, waitsFor: nil),
            LiveStep(
                run: 914, step: "retention", progress: nil,
                waitsFor: "slot 2 of 2 held by backfill #7 day 2026-06-03"),
        ])

    static func step(
        _ name: String, _ kind: String, _ state: StepState, needs: [String] = [], attempts: Int = 1, from: Int64? = nil,
        to: Int64? = nil, due: Int64? = nil, error: String? = nil, message: String? = nil, rows: Int? = nil,
        bytes: Int64? = nil
    ) -> StepSummary {
        StepSummary(
            name: name, kind: kind, state: state, needs: needs, attempts: attempts, dueAt: due.map { now + $0 },
            startedAt: from.map { now + $0 }, finishedAt: to.map { now + $0 }, error: error, message: message,
            rows: rows, bytesScanned: bytes)
    }

    static func run(
        _ id: Int64, _ workflow: String, _ day: String?, _ state: RunState, from: Int64, to: Int64? = nil,
        failed: StepSummary? = nil, steps: [StepSummary], reason: String = "crawl of raw.access_log",
        backfill: Int64? = nil
    ) -> RunSummary {
        RunSummary(
            id: id, workflow: workflow, interval: day.map { Sample.day($0) }, state: state, reason: reason,
            backfill: backfill, createdAt: now + from - 400, startedAt: now + from, finishedAt: to.map { now + $0 },
            failedStep: failed?.name, error: failed?.error, message: failed?.message, steps: steps)
    }

    static let departmentsFailure = step(
        "engagement", "query", .failed, needs: ["active_users", "interactions", "retention"], attempts: 3,
        from: -110_000, to: -4_000, error: "Check.Failed",
        message: "not-null(department_id): 17 of 4,120 rows fail; the first is company_id=31, user_id=8813", rows: nil,
        bytes: 41_000_000)

    static let failedRun = run(
        912, "engagement_daily", "2026-11-18", .failed, from: -252_000, to: -4_000, failed: departmentsFailure,
        steps: [
            step("departments", "extract", .succeeded, from: -252_000, to: -248_500, rows: 61),
            step(
                "user_days", "query", .succeeded, needs: ["departments"], from: -248_000, to: -207_000, rows: 40_112,
                bytes: 612_000_000),
            step(
                "pair_days", "query", .succeeded, needs: ["departments"], from: -248_000, to: -190_000, rows: 210_448,
                bytes: 612_000_000),
            step(
                "active_users", "query", .succeeded, needs: ["user_days"], from: -206_000, to: -170_000, rows: 812,
                bytes: 3_100_000),
            step(
                "interactions", "query", .succeeded, needs: ["pair_days"], from: -190_000, to: -128_000, rows: 9_004,
                bytes: 8_800_000),
            step(
                "retention", "query", .succeeded, needs: ["user_days"], from: -170_000, to: -112_000, rows: 61,
                bytes: 22_000_000),
            departmentsFailure,
            step("serve", "load", .skipped, needs: ["engagement"], attempts: 0),
            step("notify", "run", .skipped, needs: ["serve"], attempts: 0),
        ])

    static let retryingRun = run(
        913, "engagement_daily", "2026-11-19", .retrying, from: -69_000,
        steps: [
            step("departments", "extract", .succeeded, from: -69_000, to: -66_000, rows: 61),
            step("user_days", "query", .succeeded, needs: ["departments"], from: -66_000, to: -40_000, rows: 39_870),
            step("serve", "load", .succeeded, needs: ["user_days"], from: -40_000, to: -31_000, rows: 812),
            step(
                "notify", "run", .retrying, needs: ["serve"], attempts: 2, from: -31_000, due: 41_000,
                error: "Command.Failed", message: "notify.rb ended with 1: 503 Service Unavailable"),
        ])

    static let activeRun = run(
        914, "engagement_daily", "2026-11-20", .running, from: -33_000,
        steps: [
            step("departments", "extract", .succeeded, from: -33_000, to: -30_000, rows: 61),
            step("user_days", "query", .succeeded, needs: ["departments"], from: -30_000, to: -12_000, rows: 40_551),
            step("active_users", "query", .running, needs: ["user_days"], from: -11_000),
            step("retention", "query", .queued, needs: ["user_days"], attempts: 0),
            step("serve", "load", .waiting, needs: ["active_users", "retention"], attempts: 0),
        ])

    static func finishedRun(_ id: Int64, _ day: String, ago: Int64) -> RunSummary {
        run(
            id, "engagement_daily", day, .succeeded, from: -ago, to: -ago + 122_000,
            steps: ["departments", "user_days", "active_users", "serve"].map {
                step($0, "query", .succeeded, from: -ago, to: -ago + 100_000)
            })
    }

    static let backfill = BackfillSummary(
        id: 7, workflow: "kpi_daily", first: day("2026-06-01"), last: day("2026-08-20"), only: .missing, parallel: 4,
        state: .running, createdAt: now - 1_361_000, finishedAt: nil,
        days: (0..<81).map { offset in
            let interval = day("2026-06-01").advanced(by: offset)
            let state: BackfillSummary.DayState =
                switch offset {
                case 42, 43: .failed
                case 70...80: offset % 3 == 0 ? .running : .succeeded
                case 60..<70: .succeeded
                case 0..<18: .waiting
                default: .succeeded
                }
            return BackfillSummary.Day(
                interval: interval, state: state, reason: "never computed",
                run: state == .waiting ? nil : 700 + Int64(offset))
        })

    static let alerts = [
        AlertSummary(
            id: 31, kind: "step.failed", subject: "engagement_daily", step: "engagement", interval: "2026-11-18",
            state: .open, message: "Check.Failed: not-null(department_id): 17 of 4,120 rows fail", occurrences: 1,
            run: 912, openedAt: now - 4_000),
        AlertSummary(
            id: 32, kind: "stream.stale", subject: "audit", step: nil, interval: nil, state: .open,
            message: "no records for 4m12s", occurrences: 1, run: nil, openedAt: now - 252_000),
        AlertSummary(
            id: 29, kind: "schema.changed", subject: "raw.access_log", step: nil, interval: nil, state: .acknowledged,
            message: "column coupon_id VARCHAR added", occurrences: 1, run: nil, openedAt: now - 7_200_000),
    ]

    static func table(
        _ name: String, _ kind: TableKind, partitions: Int, rows: Int, bytes: Int64, newest: String?, changed: Int64
    ) -> TableSummary {
        TableSummary(
            name: name, kind: kind,
            columns: [Column(name: "company_id", type: "BIGINT"), Column(name: "ts", type: "TIMESTAMP")],
            partitions: partitions, rows: rows, bytes: bytes, newestPartition: newest, version: 37,
            crawledAt: now - 61_000, changedAt: now - changed)
    }

    static let tables = [
        table(
            "raw.access_log", .stream, partitions: 31, rows: 41_100_000, bytes: 2_600_000_000, newest: "dt=2026-11-21",
            changed: 9_000),
        table("raw.companies", .extract, partitions: 1, rows: 40, bytes: 12_400, newest: "", changed: 252_000),
        table("raw.departments", .extract, partitions: 1, rows: 61, bytes: 9_100, newest: "", changed: 30_000),
        table("raw.users", .extract, partitions: 1, rows: 8_812, bytes: 412_000, newest: "", changed: 252_000),
        table(
            "mart.active_users", .mart, partitions: 30, rows: 24_360, bytes: 910_000, newest: "dt=2026-11-19",
            changed: 170_000),
        table(
            "mart.engagement", .mart, partitions: 29, rows: 23_548, bytes: 1_200_000, newest: "dt=2026-11-17",
            changed: 86_500_000),
    ]

    static let overview = Overview(
        tables: tables,
        crawls: [
            CrawlSummary(
                crawler: "lake", state: "succeeded", startedAt: now - 64_000, finishedAt: now - 61_000,
                report: "2 tables, 31 partitions changed, 1 column added")
        ],
        runs: [
            activeRun, retryingRun, failedRun, finishedRun(911, "2026-11-17", ago: 3_600_000),
            finishedRun(910, "2026-11-16", ago: 7_200_000), finishedRun(909, "2026-11-15", ago: 90_000_000),
        ], alerts: alerts, backfills: [backfill], workflows: ["engagement_daily", "kpi_daily"], streams: streams)

    static let empty = Overview(
        tables: [], crawls: [], runs: [], alerts: [], backfills: [], workflows: [], streams: [])

    static let failedDetail = RunDetail(
        run: failedRun,
        attempts: (1...3).map { number in
            AttemptSummary(
                step: "engagement", number: number, state: .failed,
                startedAt: now - 110_000 + Int64(number - 1) * 36_000,
                finishedAt: now - 110_000 + Int64(number - 1) * 36_000 + 34_000, error: "Check.Failed",
                message: "not-null(department_id): 17 of 4,120 rows fail; the first is company_id=31, user_id=8813",
                rows: nil, bytesScanned: 41_000_000,
                log: """
                    05:20:1\(number).113 INFO  pinned mart.active_users v12, mart.interactions v9, mart.retention v4
                    05:20:1\(number).902 INFO  4,120 rows in 1 file, 96 kB
                    05:20:2\(number).880 WARN  check not-null(department_id): 17 rows fail
                    company_id | user_id | department_id | dt
                    31         | 8813    | NULL          | 2026-11-18
                    31         | 8814    | NULL          | 2026-11-18
                    05:20:2\(number).004 ERROR Check.Failed: nothing was published
                    """)
        }
            + failedRun.steps.filter { $0.state == .succeeded }.compactMap { step in
                guard let from = step.startedAt else { return nil }
                return AttemptSummary(
                    step: step.name, number: 1, state: .succeeded, startedAt: from, finishedAt: step.finishedAt,
                    error: nil,
                    message: nil, rows: step.rows, bytesScanned: step.bytesScanned, log: "")
            })

    static func plan(_ request: BackfillRequest) -> BackfillPlan {
        var days: [BackfillPlan.Day] = []
        var interval = request.first
        while interval <= request.last {
            let index = days.count
            let runs = index % 5 != 0
            days.append(
                BackfillPlan.Day(
                    interval: interval, runs: runs,
                    reason: runs ? (index == 3 ? "sql changed" : "never computed") : "up to date",
                    bytes: runs ? 400_000_000 + Int64(index % 7) * 90_000_000 : 0))
            interval = interval.advanced(by: 1)
        }
        return BackfillPlan(
            request: request, days: days, bytes: days.reduce(0) { $0 + $1.bytes }, seconds: 95...140)
    }
}

/// A console under a test's fingers: its keys come a second apart, so that none of them repeats.
struct Fingers {
    var state: ConsoleState
    var moment: Int64 = 0

    init(_ state: ConsoleState) { self.state = state }

    @discardableResult
    mutating func press(_ keys: Key...) -> [Effect] {
        keys.flatMap { key in
            moment += 1000
            return state.handle(.key(key), at: moment)
        }
    }
    @discardableResult
    mutating func type(_ text: String) -> [Effect] {
        text.unicodeScalars.flatMap { press(Key($0)) }
    }
    func text(_ theme: Theme = Sample.theme()) -> String { state.draw(theme: theme).text }
}
