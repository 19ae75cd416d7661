import Flow
import Foundation
import Glibc
import Lake
import TestSupport
import Testing

/// A command whose engine goes away in the middle of its work.
@Suite(.processes) struct LostEngineTests {
    /// What a command sends at once.
    private static let batchBytes = 1 << 20
    /// So that a batch is a whole number of lines.
    private static let lineBytes = 64
    private static let lines = 40_000
    let project = TemporaryDirectory()

    /// Nothing tells resent records here: sent once more, they would be there twice.
    @Test func `an ingest whose engine dies says so, and sends nothing again`() async throws {
        try project.write(
            "name: lost\nengine: { port: 0 }\nstreams: { log: { into: raw.log, format: json } }\n", to: "weir.yaml")
        let engine = try await EngineUnderTest.start(project)
        let pipe = try NamedPipe(project("records"))
        let ingest = try ProgramUnderTest(
            EngineUnderTest.executable, ["ingest", "log", project("records"), "--dir", project.path],
            keepingOutputIn: project)
        async let written: Void = pipe.write(Self.records)
        let wholeBatches = Int64(Self.records.count / Self.batchBytes * (Self.batchBytes / Self.lineBytes))
        #expect(try await eventually { try await received(engine) == wholeBatches })
        await written
        try await engine.kill()
        // The rest of what was written, less than a batch, is sent when the file ends.
        pipe.close()
        let outcome = try await ingest.ended()
        #expect(outcome.code == 3)
        #expect(outcome.error == "weir: no engine runs for \(project.path): start one with weir serve\n")

        let next = try await EngineUnderTest.start(project)
        #expect(try await received(next) == wholeBatches)
        try await next.stop()
    }

    private func received(_ engine: EngineUnderTest) async throws -> Int64 {
        try #require(try await engine.status().streams.first).received
    }

    private static let records: [UInt8] = (0..<lines).flatMap { number in
        let text = #"{"number":\#(number),"text":""#
        return Array((text + String(repeating: "x", count: lineBytes - 3 - text.utf8.count) + "\"}\n").utf8)
    }
}

/// The writing end of a named pipe.
private final class NamedPipe: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        mkfifo(path, 0o600)
        // For reading too: to open it doesn't wait for a reader then, and a reader that goes is no broken pipe.
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw ProgramUnderTest.Failure(description: "no pipe at \(path)") }
    }

    /// Returns when a reader has taken what the pipe itself doesn't hold.
    @concurrent func write(_ bytes: [UInt8]) async {
        FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(Data(bytes))
    }

    func close() { Glibc.close(descriptor) }
}
