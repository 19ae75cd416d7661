import ArgumentParser
import Console
import Flow
import Lake

/// `weir streams`: the streams with their counts, and what can be done to one.
struct StreamsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "streams",
        abstract: "Show the streams; flush, pause or resume one.",
        discussion: """
            Without an engine the counts are those of the last delivery.

              weir streams
              weir streams flush access_log
            """,
        subcommands: [List.self, Flush.self, Pause.self, Resume.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show the streams with their counts.")
        @OptionGroup var project: ProjectOptions

        func run() async throws {
            let folder = try project.folder()
            let streams = try await Self.streams(folder)
            try project.output.document(streams)
            guard !streams.isEmpty else { return project.output.say("the project has no streams") }
            project.output.say(StreamsCommand.table(streams))
            for stream in streams {
                if let tail = stream.tail, tail.count > 0 {
                    project.output.say("")
                    project.output.say(StreamsCommand.files(tail, of: stream.name))
                    if tail.count > tail.files.count {
                        project.output.say("and \(tail.count - tail.files.count) more that lag less")
                    }
                }
                if let problem = stream.problem { project.output.say("\(stream.name): \(problem)") }
            }
        }

        private static func streams(_ folder: ProjectFolder) async throws -> [StreamStatus] {
            do {
                return try await ProjectEngine(folder: folder, role: "weir streams").running().status().streams
            } catch LinkFailure.noEngine {
                return try await folder.read(or: []) { try $0.streams() }
            }
        }
    }

    struct Flush: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "flush", abstract: "Deliver what is buffered now.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The stream's name.") var stream: String

        func run() async throws {
            try await project.perform(.flush(stream: stream), as: "weir streams flush")
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Take and keep records, and deliver none.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The stream's name.") var stream: String

        func run() async throws {
            try await project.perform(.pauseStream(stream), as: "weir streams pause")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "resume", abstract: "Deliver again.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The stream's name.") var stream: String

        func run() async throws {
            try await project.perform(.resumeStream(stream), as: "weir streams resume")
        }
    }

    /// The files that a stream tails.
    static func files(_ tail: TailStatus, of stream: String) -> TextTable {
        var table = TextTable("FILE OF \(stream)", "STATE", ">READ", ">LAG")
        for file in tail.files {
            table.add(
                .init(file.path),
                .init(file.state.rawValue, file.state == .unreadable ? .bad : file.lag > 0 ? .busy : .good),
                .init(Figures.bytes(file.offset)), .init(Figures.bytes(file.lag)))
        }
        return table
    }

    static func table(_ streams: [StreamStatus]) -> TextTable {
        var table = TextTable(
            "STREAM", "STATE", ">RECEIVED", ">DELIVERED", ">REJECTED", ">DUPLICATES", ">BUFFERED", ">RECORDS/S", ">LAG")
        for stream in streams {
            table.add(
                .init(stream.name), stream.paused ? .init("paused", .waiting) : .init("running", .good),
                .init(Figures.exact(stream.received)), .init(Figures.exact(stream.delivered)),
                .init(Figures.exact(stream.rejected), stream.rejected > 0 ? .bad : .plain),
                .init(Figures.exact(stream.duplicates)), .init(Figures.exact(stream.buffered)),
                .init(Figures.rate(stream.recordsPerSecond)),
                .init(Figures.duration(milliseconds: Int64(stream.lagSeconds * 1000))))
        }
        return table
    }
}
