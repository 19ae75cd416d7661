import CPlatform
import Flow
import Foundation
import Lake
import Store
import TestSupport
import Testing

/// A small disk of memory, for tests that fill it; taken off when the last reference goes.
final class SmallDisk: Sendable {
    let folder = TemporaryDirectory()

    /// Whether this machine lets a test mount: as root, with the right to.
    static let canMount: Bool = {
        guard getuid() == 0, let disk = try? SmallDisk(megabytes: 1) else { return false }
        return withExtendedLifetime(disk) { true }
    }()

    init(megabytes: Int) throws {
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            throw ProgramUnderTest.Failure(description: String(cString: strerror(errno)))
        }
    }

    deinit { umount2(folder.path, Int32(MNT_DETACH)) }

    /// Takes all the room that is left but some bytes.
    func fill(leaving bytes: Int) throws {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { throw CocoaError(.fileReadUnknown) }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        let descriptor = open(folder("ballast"), O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        guard weir_allocate(descriptor, 0, Int64(max(0, free - bytes))) == 0 else {
            throw CocoaError(.fileWriteOutOfSpace)
        }
    }

    func free() throws { try FileManager.default.removeItem(atPath: folder("ballast")) }
}

@Suite(.processes) struct FullDiskTests {
    @Test(.enabled(if: SmallDisk.canMount, "mounting needs root"))
    func `on a full disk nothing is acked that is not stored, and everything goes on when there is room`() async throws
    {
        let disk = try SmallDisk(megabytes: 400)
        try FaultProject.write(to: disk.folder)
        let engine = try await EngineUnderTest.start(disk.folder)
        let batches = Batches(perBatch: 20_000)
        var acked = 0
        for _ in 1...3 {
            _ = try await engine.link().ingest(batches.lines(acked), into: "log")
            acked += 1
        }
        try disk.fill(leaving: 1 << 20)

        // What is refused is refused as a whole, with a reason; what is acked counts.
        var refusals: [String] = []
        while refusals.count < 5, acked < 200 {
            do {
                _ = try await engine.link().ingest(batches.lines(acked), into: "log")
                acked += 1
            } catch let refusal as Refusal {
                refusals.append(refusal.message)
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        #expect(refusals.count == 5, "the disk was never full: \(acked) batches")
        #expect(refusals.allSatisfy { $0.contains("log") }, "\(refusals)")
        #expect(engine.program.poll() == nil, "the engine lives: \(engine.program.standardError)")

        try disk.free()
        let goesOn = try await eventually {
            (try? await engine.link().ingest(batches.lines(acked), into: "log")) != nil
        }
        #expect(goesOn)
        acked += 1
        let outcome = try await engine.stop(drain: true)
        #expect(outcome.code == 0, "\(outcome.error)")

        let stream = try #require(try await engine.store().read { try $0.streams().first })
        #expect(stream.delivered == Int64(acked * batches.perBatch))
        let rows = try await Store.openForReading(disk.folder("serving.db")).read {
            try $0.rows("SELECT dt, records, ids, total FROM daily")
        }
        let served = Dictionary(
            uniqueKeysWithValues: rows.map {
                ($0.text("dt"), Batches.Day(records: $0.integer("ids"), total: $0.integer("total")))
            })
        #expect(served == batches.expected(acked))
        #expect(
            try await engine.store().read { try $0.first("PRAGMA integrity_check")?.text("integrity_check") } == "ok")
        #expect(try await LakeAudit(disk.folder).differences() == [])
    }
}
