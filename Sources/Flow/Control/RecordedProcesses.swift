import Foundation
package import Store

/// A process by its number and the moment it began (`/proc/PID/stat`, field 22), since numbers are used again.
struct ProcessIdentity: Sendable, Hashable {
    let process: Int32
    /// Clock ticks since the machine's start.
    let startTime: Int64

    /// nil when no such process runs; one that has ended and waits to be collected does not count.
    init?(running process: Int32) {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
        // The second field is the name in parentheses, which may hold anything: count from the last one.
        let text = String(decoding: data, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let started = Int64(fields[19]), fields[0] != "Z", fields[0] != "X" else { return nil }
        self.process = process
        startTime = started
    }

    init(process: Int32, startTime: Int64) {
        self.process = process
        self.startTime = startTime
    }

    var isRunning: Bool { ProcessIdentity(running: process) == self }
}

/// The store's list of children that must not outlive their engine. They end by themselves when the engine's pipe
/// closes; this is for those that could not, and it is read before a new engine resumes anything.
package struct RecordedProcesses: Sendable {
    package let store: Store
    package let epoch: Int64

    package init(store: Store, epoch: Int64) {
        self.store = store
        self.epoch = epoch
    }

    /// Records a child that was just started. `role` is `worker` or `run`; for a child that leads a process group the
    /// whole group is ended.
    package func add(_ process: Int32, role: String) async throws {
        guard let identity = ProcessIdentity(running: process) else { return }
        try await store.write { writing in
            try writing.execute(
                "INSERT OR REPLACE INTO processes (pid, start_time, epoch, role) VALUES (?, ?, ?, ?)",
                [.integer(Int64(process)), .integer(identity.startTime), .integer(epoch), .text(role)])
        }
    }

    /// Forgets a child that has ended.
    package func remove(_ process: Int32) async throws {
        try await store.write { try $0.execute("DELETE FROM processes WHERE pid = ?", [.integer(Int64(process))]) }
    }

    /// Forgets all children of this epoch: they have ended.
    package func removeAll() async throws {
        try await store.write { try $0.execute("DELETE FROM processes WHERE epoch = ?", [.integer(epoch)]) }
    }

    /// Kills what older engines left running and waits until it is gone. Returns how many there were.
    package func endLeftovers() async throws -> Int {
        let boot = RecordedProcesses.bootIdentity
        let known = try await store.write { writing -> [ProcessIdentity] in
            let last = try writing.first("SELECT value FROM meta WHERE key = 'boot'")?.optionalText("value")
            try writing.execute(
                "INSERT INTO meta (key, value) VALUES ('boot', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [.text(boot)])
            let rows = try writing.rows(
                "SELECT pid, start_time FROM processes WHERE epoch < ?", [.integer(epoch)])
            try writing.execute("DELETE FROM processes WHERE epoch < ?", [.integer(epoch)])
            // After a restart of the machine the numbers mean other processes.
            guard last == boot else { return [] }
            return rows.map {
                ProcessIdentity(process: Int32($0.integer("pid")), startTime: Int64($0.integer("start_time")))
            }
        }
        let running = known.filter(\.isRunning)
        for leftover in running {
            if getpgid(leftover.process) == leftover.process { kill(-leftover.process, SIGKILL) }
            kill(leftover.process, SIGKILL)
        }
        for leftover in running {
            while leftover.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        }
        return running.count
    }

    private static var bootIdentity: String {
        let data = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
