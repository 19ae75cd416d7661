import Flow
import Foundation
import Lake
import Store
import Synchronization
import TestSupport
import Testing

/// The engine dies without a word, again and again, while records come in, are delivered, aggregated and served.
@Suite(.processes) final class EngineKillTests: Sendable {
    static let kills = 20
    let batches = Batches(perBatch: 200)
    /// No batch begins after this is set.
    private let isEnough = Mutex(false)

    @Test(arguments: [UInt64(20_261_121)])
    func `after twenty kills every acked record is there once, and what is served is what an undisturbed run serves`(
        seed: UInt64
    ) async throws {
        let project = try FaultProject.make()
        let family = Orphans()
        async let acked = send(to: project)
        try await killAndRestart(project, family, seed: seed)
        let engine = try await EngineUnderTest.start(project, environment: family.environment)
        isEnough.withLock { $0 = true }
        let sent = try await acked
        #expect(sent > 20, "records came in between the kills")

        try await drain(engine)
        #expect(family.living().isEmpty, "nothing outlives its engine: \(family.living())")
        #expect(try await LakeAudit(project).differences() == [])
        #expect(try await integrity(project) == "ok")

        let expected = batches.expected(sent)
        #expect(try await served(project) == expected)

        let undisturbed = try FaultProject.make()
        let calm = try await EngineUnderTest.start(undisturbed)
        for batch in 0..<sent { _ = try await calm.link().ingest(batches.lines(batch), into: "log") }
        try await drain(calm)
        #expect(try await served(undisturbed) == expected)
        #expect(try await counts(project).delivered == counts(undisturbed).delivered)
    }

    /// Sends batches in order, each again and again until it is acked: what a lost ack meant is unknown. Returns how
    /// many there were.
    private func send(to project: TemporaryDirectory) async throws -> Int {
        var acked = 0
        while !isEnough.withLock({ $0 }) {
            let lines = batches.lines(acked)
            let isAcked = try await eventually(within: .seconds(120)) {
                guard let link = try? SocketLink(project: project.path) else { return false }
                return (try? await link.ingest(lines, into: "log")) != nil
            }
            guard isAcked else { throw ProgramUnderTest.Failure(description: "batch \(acked) was never acked") }
            acked += 1
        }
        return acked
    }

    private func killAndRestart(_ project: TemporaryDirectory, _ family: Orphans, seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        for _ in 1...Self.kills {
            let engine = try await EngineUnderTest.start(project, environment: family.environment)
            try await Task.sleep(for: .milliseconds(Int64(random.next() % 1500)))
            try await engine.kill()
        }
    }

    private func drain(_ engine: EngineUnderTest) async throws {
        let outcome = try await engine.stop(drain: true)
        #expect(outcome.code == 0, "\(outcome.error)")
    }

    private func served(_ project: TemporaryDirectory) async throws -> [String: Batches.Day] {
        let rows = try await Store.openForReading(project("serving.db")).read {
            try $0.rows("SELECT dt, records, ids, total FROM daily")
        }
        #expect(rows.allSatisfy { $0.integer("records") == $0.integer("ids") }, "no record twice")
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                ($0.text("dt"), Batches.Day(records: $0.integer("records"), total: $0.integer("total")))
            })
    }

    private func counts(_ project: TemporaryDirectory) async throws -> StreamStatus {
        let stream = try await Store.openForReading(project(".weir/weir.db")).read { try $0.streams().first }
        return try #require(stream)
    }

    private func integrity(_ project: TemporaryDirectory) async throws -> String? {
        try await Store.openForReading(project(".weir/weir.db")).read {
            try $0.first("PRAGMA integrity_check")?.text("integrity_check")
        }
    }
}

/// Chance that is the same for the same seed.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
