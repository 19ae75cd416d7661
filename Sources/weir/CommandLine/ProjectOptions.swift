import ArgumentParser
import Console
import Foundation
import Lake
import Store

/// What every command that works on a project takes.
struct ProjectOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The project's folder (default: the nearest weir.yaml, here or above).", valueName: "folder")
    )
    var dir: String?

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    var output: Output { Output(json: json, quiet: quiet) }

    func folder() throws -> ProjectFolder { try ProjectFolder(dir) }
}

/// A project's folder, as the command line finds it.
struct ProjectFolder: Sendable, Hashable {
    let path: String

    /// The folder given, or the nearest one from here upwards that has a `weir.yaml`. Throws `CommandFailure`.
    init(_ given: String?) throws {
        if let given {
            path = URL(fileURLWithPath: given).standardizedFileURL.path
            return
        }
        var folder = FileManager.default.currentDirectoryPath
        while !FileManager.default.fileExists(atPath: folder + "/" + ProjectParser.fileName) {
            let above = URL(fileURLWithPath: folder).deletingLastPathComponent().path
            guard above != folder else {
                throw CommandFailure(
                    .wrongUse,
                    "no weir.yaml here or above: go to a project's folder, name one with --dir, or make one with "
                        + "weir init")
            }
            folder = above
        }
        path = folder
    }

    /// Throws `ProjectErrors`.
    func load() throws -> Project {
        try ProjectParser.load(path, environment: ProcessInfo.processInfo.environment)
    }

    private var storePath: String { path + "/.weir/weir.db" }

    /// The store, to read; nil when nothing has run yet.
    func store() throws -> Store? {
        guard FileManager.default.fileExists(atPath: storePath) else {
            // A folder that is no project has no history either, and saying so helps more than an empty list.
            guard FileManager.default.fileExists(atPath: path + "/" + ProjectParser.fileName) else {
                throw CommandFailure(.wrongUse, "there is no weir.yaml in \(path): weir init writes one")
            }
            return nil
        }
        return try Store.openForReading(storePath)
    }

    /// Reads the store; `empty` when nothing has run yet.
    func read<Result: Sendable>(
        or empty: Result, _ body: @escaping @Sendable (Reading) throws -> Result
    ) async throws -> Result {
        guard let store = try store() else { return empty }
        return try await store.read(body)
    }

    /// The project's clock; UTC while its `weir.yaml` can't be read.
    var clock: Clock {
        let zone = (try? load()).flatMap { TimeZone(identifier: $0.timeZone) }
        return Clock(zone ?? .gmt)
    }
}

extension Clock {
    /// A moment as a list shows it, beside the present.
    func text(_ moment: Int64) -> String { self.moment(moment, now: Int64(Date().timeIntervalSince1970 * 1000)) }
}

/// This program's own file, to be started again as an engine or a worker.
enum ThisProgram {
    static var path: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}
