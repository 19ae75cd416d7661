import ArgumentParser
import Console
import Flow
import Foundation
import Lake
import Store

/// `weir ingest`: records from files into a stream.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Send files, or standard input, into a stream, one record a line.",
        discussion: """
            Every line is stored durably before it counts as taken; then what is buffered is delivered into the \
            lake. Lines that can't be read are kept with their reason: weir rejects.

              weir ingest access_log access-2026-11-21.json
              zcat old/*.gz | weir ingest access_log -
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The stream's name.")
    var stream: String

    @Argument(help: "Files, or - for standard input (the default).")
    var files: [String] = []

    @Flag(help: "Leave the records in the buffer, to be delivered by its size and interval.")
    var noFlush = false

    private struct Report: Encodable {
        var stream: String
        var lines: Int
        var records: Int
        var bytes: Int
        var rejected: Int64?
        var duplicates: Int64?
    }

    func run() async throws {
        let (stream, files, flushes) = (stream, files.isEmpty ? ["-"] : files, !noFlush)
        let output = project.output
        let folder = try project.folder()
        // A name that is wrong is told before anything is sent.
        for file in files { try RecordFile.check(file) }
        try await ProjectEngine(folder: folder, role: "weir ingest").use { link in
            let before = try await Self.counts(stream, link)
            let sender = RecordSender(link: link, stream: stream, output: output)
            let sent = try await sender.send(files)
            output.say(
                "\(Figure.several(sent.lines, "line")), \(Figures.bytes(Int64(sent.bytes))): "
                    + "\(Figure.several(sent.records, "record")) taken and stored")
            guard flushes else {
                return try output.document(
                    Report(stream: stream, lines: sent.lines, records: sent.records, bytes: sent.bytes))
            }
            _ = try await link.ask(.flush(stream: stream))
            // Others may send to the stream as well: what is told is what became of all that came meanwhile.
            let after = try await Self.counts(stream, link)
            let (rejected, duplicates) = (
                after.rejected - before.rejected, after.duplicates - before.duplicates
            )
            output.say(
                "delivered: \(Figures.exact(after.delivered - before.delivered)) into the lake, "
                    + "\(Figure.several(Int(duplicates), "duplicate")), \(Figures.exact(rejected)) rejected"
                    + (rejected > 0 ? " (see weir rejects)" : ""))
            try output.document(
                Report(
                    stream: stream, lines: sent.lines, records: sent.records, bytes: sent.bytes, rejected: rejected,
                    duplicates: duplicates))
        }
    }

    /// The stream's counts. Throws a `Refusal` that suggests the nearest name.
    private static func counts(_ stream: String, _ link: any EngineLink) async throws -> StreamStatus {
        let streams = try await link.status().streams
        guard let found = streams.first(where: { $0.name == stream }) else {
            throw Refusal(
                .wrong,
                StreamRefusal.noStream(stream, nearest: NearestName.of(stream, among: streams.map(\.name))).description)
        }
        return found
    }
}
