import Console
import Flow
import Foundation
import Lake
import Store
import Synchronization

/// Tells of a backfill: what it would do, how it goes, how it ended.
struct BackfillReport: Sendable {
    let folder: ProjectFolder
    let output: Output

    struct Count {
        var done = 0
        var failed = 0
        var left = 0

        init(_ backfill: BackfillSummary) {
            for day in backfill.days {
                switch day.state {
                case .succeeded, .skipped, .cancelled: done += 1
                case .failed, .dead: failed += 1
                case .waiting, .running: left += 1
                }
            }
        }
    }

    static func show(_ plan: BackfillPlan, _ output: Output) {
        var table = TextTable("DAY", "", "REASON", ">READS")
        for day in plan.days {
            table.add(
                "\(day.interval)", day.runs ? .init("runs", .busy) : .init("skipped", .faint), .init(day.reason),
                .init(day.runs ? Figures.bytes(day.bytes) : ""))
        }
        output.say(table)
        let due = plan.days.count { $0.runs }
        let unit = plan.request.first.hour == nil ? "day" : "hour"
        let time = plan.seconds.map { range in
            let (low, high) = (Int64(range.lowerBound * 1000), Int64(range.upperBound * 1000))
            return ", about \(Figures.duration(milliseconds: low)) to \(Figures.duration(milliseconds: high))"
        }
        output.say(
            "\(Figure.several(due, unit)) of \(plan.days.count) would run, \(plan.request.parallel) at a time, reading "
                + Figures.bytes(plan.bytes) + (time ?? ""))
    }

    /// Waits for the end, telling of each day that ends. Throws `CommandFailed` when it did not succeed.
    func follow(_ id: Int64, by link: any EngineLink) async throws {
        let told = Mutex<Set<Interval>>([])
        let output = output
        output.say("backfill #\(id) is on its way; \(link.interruption) weir backfill cancel \(id) ends it")
        let backfill = try await StoreWatch(folder: folder).until { reading -> BackfillSummary? in
            guard let backfill = try reading.backfills(limit: 100).first(where: { $0.id == id }) else {
                throw CommandFailure(.wrongUse, "there is no backfill #\(id): see weir backfill list")
            }
            let count = Count(backfill)
            for day in backfill.days where day.state.isOver {
                guard told.withLock({ $0.insert(day.interval).inserted }) else { continue }
                let run = day.run.map { ", run \($0)" } ?? ""
                let reason = day.state == .skipped ? ": \(day.reason)" : ""
                output.say("\(day.interval): \(day.state.rawValue)\(reason)\(run) (\(count.left) left)")
            }
            return backfill.state == .running || backfill.state == .paused ? nil : backfill
        }
        try output.document(backfill)
        let count = Count(backfill)
        output.say("backfill #\(id) \(backfill.state.rawValue): \(count.done) done, \(count.failed) failed")
        guard backfill.state == .succeeded else {
            let failed = backfill.days.filter { $0.state == .failed || $0.state == .dead }
            let days = failed.prefix(10).map { "\($0.interval)\($0.run.map { " (run \($0))" } ?? "")" }
            Output.complain(
                "backfill #\(id) \(backfill.state.rawValue)"
                    + (days.isEmpty ? "" : ": " + days.joined(separator: ", "))
                    + (failed.isEmpty ? "" : "\nsee why: weir runs RUN; then: weir backfill retry \(id)"))
            throw CommandFailed()
        }
    }
}

extension BackfillSummary.DayState {
    fileprivate var isOver: Bool {
        switch self {
        case .waiting, .running: false
        case .succeeded, .failed, .skipped, .cancelled, .dead: true
        }
    }
}
