import Flow
import Foundation
import Lake
import Store

/// What the engine adds to the work of steps: durable no-op steps one after the other, in many chains at once, and the
/// wait between an event and the first step that it starts.
struct WorkflowBench: Sendable {
    private let steps = 100
    private let chains = 100
    private let events = 100
    private let turns = 9
    private let warmUps = 12

    func measure() async throws -> [Figure] {
        let (commits, chained) = try await oneChain()
        let disk = Figure.Reference(
            what: "appends of 512 bytes with fdatasync, one after the other, a second", value: commits.median)
        let parallel = try await manyChains()
        let latencies = try await firstSteps()
        return [
            Figure(
                name: "steps a second, one chain of \(steps)", value: chained.median, unit: "steps/s",
                goal: .atLeast(0.8 * disk.value), reference: disk),
            Figure(
                name: "steps a second, \(chains) chains at once", value: parallel, unit: "steps/s",
                goal: .atLeast(2000), reference: disk),
            Figure(
                name: "event to first step, p50", value: latencies.median * 1e3, unit: "ms", goal: .atMost(10),
                reference: .init(what: "two such appends (the run's row, its beginning), ms", value: 2e3 / disk.value)),
            Figure(name: "event to first step, p99", value: latencies.quantile(0.99) * 1e3, unit: "ms"),
        ]
    }

    /// Commits of the disk and steps of the chain, a second. A disk is not the same from one second to the next: it and
    /// the chain take turns.
    private func oneChain() async throws -> (commits: [Double], steps: [Double]) {
        let rehearsal = try await Rehearsal([Rehearsal.chain("chain", steps: steps, each: nil)])
        let (steps, warmUps, turns) = (steps, warmUps, turns)
        let measured = try await rehearsal.working { workflows, store in
            var (commits, seconds): ([Double], [Double]) = ([], [])
            // The write-ahead log of a store at work has its size: it grows to it once, after the engine's start.
            for _ in 0..<warmUps { _ = try await secondsOf([nil], workflows, store) }
            for _ in 0..<turns {
                commits.append(try Disk(folder: NSTemporaryDirectory()).serialCommitsPerSecond(count: steps))
                seconds.append(try await secondsOf([nil], workflows, store))
            }
            return (commits: commits, steps: seconds.map { Double(steps) / $0 })
        }
        try check(rehearsal, began: (warmUps + turns) * steps)
        return measured
    }

    /// One workflow, a run for each of as many days.
    private func manyChains() async throws -> Double {
        let rehearsal = try await Rehearsal([Rehearsal.chain("chain", steps: steps, each: .day)])
        let days = (0..<chains).map { Interval(day: 20_000 + $0) }
        let seconds = try await rehearsal.working { try await secondsOf(days, $0, $1) }
        try check(rehearsal, began: chains * steps)
        return Double(chains * steps) / seconds
    }

    /// From the first request for a run until every run's end is durable.
    private func secondsOf(_ runs: [Interval?], _ workflows: Workflows, _ store: Store) async throws -> Double {
        let succeeded = "SELECT count(*) FROM runs WHERE state = 'succeeded'"
        let earlier = try await store.read { try $0.count(succeeded) }
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingDiscardingTaskGroup { group in
            for run in runs {
                group.addTask {
                    _ = try await workflows.start(workflow: "chain", interval: run, parameters: [:], reason: "bench")
                }
            }
        }
        while try await store.read({ try $0.count(succeeded) }) < earlier + runs.count {
            try await Task.sleep(for: .milliseconds(2))
        }
        return (clock.now - start).seconds
    }

    private func check(_ rehearsal: Rehearsal, began wanted: Int) throws {
        let begun = rehearsal.begun.count
        guard begun == wanted else { throw BenchFailure("\(begun) steps were begun, not \(wanted)") }
    }

    /// Seconds from an event's durable commit to the beginning of the step that it starts, one event after the other,
    /// the engine otherwise idle.
    private func firstSteps() async throws -> [Double] {
        let trigger = Trigger(event: "crawl.succeeded", table: "raw.log")
        let rehearsal = try await Rehearsal([Rehearsal.chain("chain", steps: 1, each: .day, on: trigger)])
        let count = events
        let told = try await rehearsal.working { workflows, store in
            var told: [ContinuousClock.Instant] = []
            for day in 0..<count {
                try await store.write { writing in
                    _ = try writing.append(
                        kind: trigger.event, subject: "raw.log", interval: Interval(day: 20_000 + day).date,
                        payload: "{}", at: 0)
                }
                told.append(.now)
                try await workflows.drain()
            }
            return told
        }
        let begun = rehearsal.begun
        guard begun.count == count else { throw BenchFailure("\(begun.count) of \(count) events started a step") }
        return zip(told, begun).map { ($1 - $0).seconds }
    }
}
