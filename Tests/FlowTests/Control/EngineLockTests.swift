import Foundation
import TestSupport
import Testing

@testable import Flow

@Suite struct EngineLockTests {
    let folder = TemporaryDirectory()

    init() throws { try folder.write("", to: ".weir/.keep") }

    @Test func `a second engine is refused and told who holds the project and how to reach it`() throws {
        let lock = try EngineLock(
            project: folder.path, holder: LockHolder(process: 4711, role: "an engine", socket: "/run/x.sock"))
        let error = #expect(throws: EngineFailure.self) {
            try EngineLock(project: folder.path, holder: LockHolder(process: 1, role: "an engine", socket: nil))
        }
        #expect(
            error?.description == "an engine already runs for \(folder.path) (pid 4711): see it with weir status, "
                + "end it with weir stop")
        withExtendedLifetime(lock) {}
    }

    @Test func `a command that hosts an engine is named as the holder`() throws {
        let lock = try EngineLock(project: folder.path, holder: LockHolder(process: 7, role: "weir run", socket: nil))
        let error = #expect(throws: EngineFailure.self) {
            try EngineLock(project: folder.path, holder: LockHolder(process: 1, role: "an engine", socket: nil))
        }
        #expect(
            error?.description == "\(folder.path) is in use by weir run (pid 7): wait until it ends, then try again")
        withExtendedLifetime(lock) {}
    }

    @Test func `the lock ends with its holder, and its text with it`() throws {
        var lock: EngineLock? = try EngineLock(
            project: folder.path, holder: LockHolder(process: 7, role: "an engine", socket: nil))
        #expect(EngineLock.isHeld(project: folder.path))
        #expect(LockHolder.read(project: folder.path)?.process == 7)
        lock = nil
        #expect(lock == nil)
        #expect(!EngineLock.isHeld(project: folder.path))
        #expect(LockHolder.read(project: folder.path) == nil)
        _ = try EngineLock(project: folder.path, holder: LockHolder(process: 8, role: "an engine", socket: nil))
    }

    @Test func `a shorter text leaves nothing of a longer one`() throws {
        let lock = try EngineLock(
            project: folder.path,
            holder: LockHolder(process: 7, role: "an engine", socket: String(repeating: "x", count: 90)))
        try lock.write(LockHolder(process: 7, role: "an engine", socket: "/s"))
        #expect(LockHolder.read(project: folder.path) == LockHolder(process: 7, role: "an engine", socket: "/s"))
    }

    @Test func `a lock file that was deleted while it was held admits nobody to the deleted one`() throws {
        let first = try EngineLock(project: folder.path, holder: LockHolder(process: 7, role: "an engine", socket: nil))
        try FileManager.default.removeItem(atPath: folder(".weir/lock"))
        let second = try EngineLock(
            project: folder.path, holder: LockHolder(process: 8, role: "an engine", socket: nil))
        // The new file's lock is the one that everybody sees.
        #expect(LockHolder.read(project: folder.path)?.process == 8)
        #expect(EngineLock.isHeld(project: folder.path))
        withExtendedLifetime((first, second)) {}
    }

    @Test func `a folder that can't be written says which and what to do`() {
        let error = #expect(throws: EngineFailure.self) {
            try EngineLock(project: "/nowhere", holder: LockHolder(process: 1, role: "an engine", socket: nil))
        }
        #expect(error?.description.contains("can't write /nowhere/.weir/lock: No such file or directory") == true)
        #expect(error?.description.contains("give this user the right to write there") == true)
    }
}
