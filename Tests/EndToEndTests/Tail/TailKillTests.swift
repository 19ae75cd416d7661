import Flow
import Foundation
import Glibc
import Lake
import Synchronization
import TestSupport
import Testing

/// An engine reads a log that a program writes and rotation takes away, and dies without a word again and again.
@Suite(.processes) struct TailKillTests {
    static let kills = 6
    let project = TemporaryDirectory()

    private func write(tail: String) throws {
        try project.write(
            """
            name: tail
            engine: { slots: 1, memory: 200MB, port: 0 }
            streams:
              log:
                into: raw.log
                format: json
                time: ts
                buffer: { size: 1MB, interval: 0s }
                tail: \(tail)
            """, to: "weir.yaml")
        try project.write("", to: "logs/other.txt")
    }

    /// There is no key that tells a line that came twice.
    @Test func `after several kills every line is delivered once, whatever rotation did meanwhile`() async throws {
        try write(tail: "[ logs/*.log ]")
        let writer = RotatingWriter(project("logs"))
        try await writer.writeWhile {
            var random = SplitMix(seed: 20_261_125)
            for _ in 1...Self.kills {
                let engine = try await EngineUnderTest.start(project)
                try await Task.sleep(for: .milliseconds(Int64(random.next() % 900)))
                try await engine.kill()
            }
        }
        let engine = try await EngineUnderTest.start(project)
        let written = writer.lines
        #expect(written > 500)
        let isDelivered = try await eventually(within: .seconds(120)) {
            try await stream(engine).delivered >= Int64(written)
        }
        #expect(isDelivered)
        guard
            case .rows(let found) = try await engine.send(
                .query(sql: "SELECT count(*), count(DISTINCT n), min(n), max(n) FROM raw.log", limit: 1))
        else { throw ProgramUnderTest.Failure(description: "another answer than rows") }
        #expect(found.rows == [["\(written)", "\(written)", "0", "\(written - 1)"]])
        let end = try await stream(engine)
        #expect(end.rejected == 0)
        #expect(end.received == Int64(written))
        try await engine.stop()
    }

    @Test func `weir streams names the tailed files, how far they lag, and what can't be read`() async throws {
        try write(tail: "{ paths: [ logs/app.log, logs/bad.log ], start: end }")
        try project.write("old\nhalf", to: "logs/app.log")
        let engine = try await EngineUnderTest.start(project)
        let path = project("logs/app.log")
        #expect(try await eventually { try await stream(engine).tail?.files.map(\.offset) == [8] })
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(" of an old line\n{\"ts\":\"2026-11-21T00:00:00Z\",\"n\":1}\n12345".utf8))
        #expect(
            try await eventually {
                let stream = try await stream(engine)
                return stream.delivered == 1 && stream.tail?.lag == 5
            })
        let outcome = try await EngineUnderTest.weir(["streams"], in: project)
        #expect(outcome.code == 0)
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.contains("FILE OF log STATE READ LAG"))
        #expect(lines.contains("\(path) reading 60 B 5 B"), "\(outcome.output)")
        let json = try await EngineUnderTest.weir(["streams", "--json"], in: project)
        #expect(json.output.contains("\"lag\""))
        try await engine.stop()
    }

    private func stream(_ engine: EngineUnderTest) async throws -> StreamStatus {
        try #require(try await engine.status().streams.first)
    }
}

/// A program that writes a log, a few lines at a time and sometimes half a line, and what rotates it: by renaming, and
/// compressing the one before, as logrotate does with `delaycompress`.
private final class RotatingWriter: Sendable {
    private let folder: String
    private let written = Mutex(0)
    private let isOver = Mutex(false)

    init(_ folder: String) { self.folder = folder }

    var lines: Int { written.withLock { $0 } }

    /// Writes for as long as the body takes. Each line is whole in the end.
    func writeWhile(_ body: () async throws -> Void) async throws {
        async let writing: Void = write()
        do {
            try await body()
        } catch {
            isOver.withLock { $0 = true }
            throw error
        }
        isOver.withLock { $0 = true }
        try await writing
    }

    @concurrent private func write() async throws {
        var random = SplitMix(seed: 4)
        var turns = 0
        while !isOver.withLock({ $0 }) {
            if turns > 0, turns % 25 == 0 { try rotate() }
            for _ in 0..<(random.next() % 20) {
                let number = written.withLock { number in
                    defer { number += 1 }
                    return number
                }
                let line = #"{"ts":"2026-11-21T00:00:00Z","n":\#(number),"text":"\#(random.next())"}"# + "\n"
                let cut = line.index(line.startIndex, offsetBy: Int(random.next() % 30))
                try append(String(line[..<cut]))
                if random.next() % 8 == 0 { try await Task.sleep(for: .milliseconds(5)) }
                try append(String(line[cut...]))
            }
            turns += 1
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func append(_ text: String) throws {
        let descriptor = open(folder + "/access.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw ProgramUnderTest.Failure(description: "can't write to \(folder)/access.log")
        }
    }

    private func rotate() throws {
        let log = folder + "/access.log"
        var last = 1
        while access("\(log).\(last + 1).gz", F_OK) == 0 { last += 1 }
        for number in stride(from: last, to: 1, by: -1) { rename("\(log).\(number).gz", "\(log).\(number + 1).gz") }
        if rename(log + ".1", log + ".2") == 0 {
            let gzip = Process()
            gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            gzip.arguments = ["gzip", log + ".2"]
            try gzip.run()
            gzip.waitUntilExit()
        }
        rename(log, log + ".1")
    }
}
