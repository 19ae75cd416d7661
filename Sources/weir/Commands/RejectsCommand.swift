import ArgumentParser
import Console
import Flow
import Foundation
import Lake
import Store

/// `weir rejects`: records that could not be read, kept with their reason.
struct RejectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "Show records that could not be read; put them back.",
        discussion: """
            Each file holds the records of one delivery, day and reason as they came.

              weir rejects
              weir rejects show 4
              weir rejects redrive access_log
            """,
        subcommands: [List.self, Show.self, Redrive.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the newest rejects.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "Only rejects of this stream.") var stream: String?
        @Option(help: "How many.") var limit = 20

        func run() async throws {
            let folder = try project.folder()
            let (stream, limit) = (stream, limit)
            let rejects = try await folder.read(or: []) { try $0.rejects(stream: stream, limit: limit) }
            try project.output.document(rejects)
            guard !rejects.isEmpty else { return project.output.say("no record has been rejected") }
            let clock = folder.clock
            var table = TextTable("REJECT", "AT", "STREAM", "DAY", ">RECORDS", "STATE", "REASON")
            for reject in rejects {
                table.add(
                    "\(reject.id)", .init(clock.text(reject.at)), .init(reject.stream), .init(reject.day),
                    .init(Figures.exact(reject.records)),
                    reject.redrivenAt == nil ? .init("kept", .bad) : .init("redriven", .good), .init(reject.reason))
            }
            project.output.say(table)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show the records of one reject.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The reject's number.") var reject: Int64
        @Option(help: "Records at most.") var limit = 20

        private struct Detail: Encodable {
            var reject: RejectSummary
            var records: [String]
        }

        func run() async throws {
            let folder = try project.folder()
            let id = reject
            guard let found = try await folder.read(or: RejectSummary?.none, { try $0.reject(id) }) else {
                throw CommandFailure(.wrongUse, "there is no reject \(id): see weir rejects")
            }
            let path = try folder.load().lakeRoot + "/" + found.path
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw CommandFailure(.failed, "can't read \(path)")
            }
            let lines = bytes.split(separator: UInt8(ascii: "\n")).prefix(limit).map {
                String(decoding: $0, as: UTF8.self)
            }
            try project.output.document(Detail(reject: found, records: Array(lines)))
            project.output.say(
                "\(Figure.several(Int(found.records), "record")) of \(found.stream), \(found.day): \(found.reason)")
            for line in lines { project.output.say("    \(line)") }
            if Int(found.records) > lines.count { project.output.say("    … all of them: \(path)") }
        }
    }

    struct Redrive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "redrive", abstract: "Put rejected records back into their stream.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "One reject's number (default: all of the stream that were not yet).") var reject: Int64?

        func run() async throws {
            let command = EngineCommand.redrive(stream: stream, reject: reject)
            try await project.perform(command, as: "weir rejects redrive")
        }
    }
}
