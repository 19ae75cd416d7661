import ArgumentParser
import DuckDB
import Flow
import Foundation
import Lake
import Store

/// `weir doctor`: whether this machine and project have what Weir needs.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the machine, the project, the store, the lake and the terminal.",
        discussion: """
            Says what is wrong and what to do. Changes nothing. Exits with 1 when something is wrong.

              weir doctor
            """)

    @OptionGroup var project: ProjectOptions

    struct Finding: Encodable {
        var what: String
        var ok: Bool
        var detail: String
    }

    func run() async throws {
        var findings = [Self.duckDB()]
        // Without a project the machine can be checked all the same.
        if let folder = try? project.folder() {
            findings += try await Self.project(folder)
        } else {
            findings.append(
                Finding(what: "project", ok: false, detail: "no weir.yaml here or above: weir init writes one"))
        }
        findings.append(Self.terminal())
        try project.output.document(findings)
        var table = TextTable("WHAT", "STATE", "DETAIL")
        for finding in findings {
            table.add(
                .init(finding.what), finding.ok ? .init("ok", .good) : .init("wrong", .bad), .init(finding.detail))
        }
        project.output.say(table)
        guard findings.allSatisfy(\.ok) else { throw CommandFailed() }
    }

    private static func duckDB() -> Finding {
        do {
            let library = try DuckDBLibrary.load()
            return Finding(what: "DuckDB", ok: true, detail: "\(library.version), \(library.path)")
        } catch {
            return Finding(what: "DuckDB", ok: false, detail: "\(error)")
        }
    }

    private static func project(_ folder: ProjectFolder) async throws -> [Finding] {
        var findings: [Finding] = []
        do {
            let project = try folder.load()
            findings.append(
                Finding(what: "weir.yaml", ok: true, detail: "\(folder.path): \(ValidateCommand.parts(project))"))
            findings.append(writable("lake", project.lakeRoot))
        } catch let errors as ProjectErrors {
            findings.append(
                Finding(
                    what: "weir.yaml", ok: false,
                    detail: "\(Figure.several(errors.errors.count, "mistake")): weir validate names them"))
        }
        findings.append(writable("state", folder.path + "/.weir"))
        findings.append(try await store(folder))
        let holder = LockHolder.read(project: folder.path)
        let isHeld = EngineLock.isHeld(project: folder.path)
        findings.append(
            Finding(
                what: "engine", ok: true,
                detail: isHeld
                    ? "\(holder?.role ?? "an engine") runs, pid \(holder.map { "\($0.process)" } ?? "unknown")"
                    : "none runs: weir serve starts one"))
        return findings
    }

    /// Whether files can be made in a folder, or the folder itself can be.
    private static func writable(_ what: String, _ path: String) -> Finding {
        var folder = path
        while !FileManager.default.fileExists(atPath: folder), folder != "/" {
            folder = (folder as NSString).deletingLastPathComponent
        }
        var room = statvfs()
        guard access(folder, W_OK | X_OK) == 0, statvfs(folder, &room) == 0 else {
            return Finding(
                what: what, ok: false,
                detail: "can't write in \(folder): \(String(cString: strerror(errno))); give this user the right to")
        }
        let free = UInt64(room.f_bavail) * UInt64(room.f_frsize)
        let isThere = folder == path
        return Finding(
            what: what, ok: free > 1 << 28,
            detail: "\(path) \(isThere ? "can be written" : "will be made"), "
                + "\(free / 1_000_000_000) GB free\(free > 1 << 28 ? "" : ": make room")")
    }

    private static func store(_ folder: ProjectFolder) async throws -> Finding {
        do {
            guard let store = try folder.store() else {
                return Finding(what: "store", ok: true, detail: "none yet: the first engine makes it")
            }
            let verdict = try await store.read {
                (
                    try $0.first("PRAGMA quick_check(1)")?.text("quick_check") ?? "",
                    try $0.count("SELECT count(*) FROM runs")
                )
            }
            return Finding(
                what: "store", ok: verdict.0 == "ok",
                detail: verdict.0 == "ok"
                    ? "\(folder.path)/.weir/weir.db is sound, \(Figure.several(verdict.1, "run"))"
                    : "\(folder.path)/.weir/weir.db is damaged: \(verdict.0)")
        } catch {
            return Finding(what: "store", ok: false, detail: "\(error)")
        }
    }

    private static func terminal() -> Finding {
        let environment = ProcessInfo.processInfo.environment
        let term = environment["TERM"] ?? ""
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let isUTF8 = locale.lowercased().replacing("-", with: "").contains("utf8")
        return Finding(
            what: "terminal", ok: true,
            detail: (term.isEmpty ? "none (TERM is not set)" : term)
                + (isUTF8
                    ? ", UTF-8" : ", the locale \(locale.isEmpty ? "is not set" : "is \(locale)"): UTF-8 is assumed"))
    }
}
