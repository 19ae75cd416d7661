import ArgumentParser
import Foundation
import Lake

/// `weir init`: a small project that works at once.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a small project to begin with.",
        discussion: """
            Writes weir.yaml, sql/daily.sql, some sample records and a rule for .gitignore. Files that are there \
            already are kept.

              weir init shop
            """)

    @Argument(help: "The folder (default: this one). It is made if it isn't there.")
    var folder = "."

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    private struct Report: Encodable {
        var folder: String
        var written: [String]
    }

    func run() throws {
        let path = URL(fileURLWithPath: folder).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: path + "/" + ProjectParser.fileName) else {
            throw CommandFailure(.wrongUse, "\(path) has a weir.yaml already: weir validate checks it")
        }
        var written: [String] = []
        for (name, text) in StarterProject(name: StarterProject.name(for: path)).files {
            if try Self.write(text, to: path + "/" + name) { written.append(name) }
        }
        if try Self.ignoreState(in: path) { written.append(".gitignore") }
        let output = Output(json: json, quiet: quiet)
        try output.document(Report(folder: path, written: written))
        output.say("wrote \(written.joined(separator: ", ")) in \(path)")
        output.say("next:")
        if folder != "." { output.say("  cd \(folder)") }
        output.say("  weir ingest events sample.jsonl       records in, a table out")
        output.say("  weir query \"SELECT * FROM mart.daily\"")
        output.say("  weir serve                            the engine, which takes records over HTTP")
    }

    /// Whether the file was written: one that is there is kept.
    private static func write(_ text: String, to path: String) throws -> Bool {
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(.failed, "can't make the folder of \(path): \(error.localizedDescription)")
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if descriptor < 0, errno == EEXIST { return false }
        guard descriptor >= 0 else {
            throw CommandFailure(.failed, "can't write \(path): \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(text.utf8))
        return true
    }

    /// Keeps state and data out of version control. Whether a rule was added.
    private static func ignoreState(in folder: String) throws -> Bool {
        let path = folder + "/.gitignore"
        let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let lines = old.split(whereSeparator: \.isNewline).map(String.init)
        let missing = StarterProject.ignored.filter { !lines.contains($0) }
        guard !missing.isEmpty else { return false }
        let gap = old.isEmpty || old.hasSuffix("\n") ? "" : "\n"
        do {
            try (old + gap + missing.joined(separator: "\n") + "\n").write(
                toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw CommandFailure(.failed, "can't write \(path): \(error.localizedDescription)")
        }
        return true
    }
}
