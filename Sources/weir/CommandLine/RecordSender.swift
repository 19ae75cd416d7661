import Console
import Flow
import Foundation
import Lake
import Store

/// Sends files to a stream in batches of whole lines, several at a time.
struct RecordSender: Sendable {
    let link: any EngineLink
    let stream: String
    let output: Output

    /// Batches on their way at once: the engine commits them together, and memory stays bounded.
    static let inFlight = 4
    /// How often a busy engine is asked again before the command gives up; each wait is a second longer.
    private static let tries = 30

    struct Sent: Sendable {
        var lines = 0
        var records = 0
        var bytes = 0
    }

    /// Returns when every line is stored. Throws what the first refused batch was refused with.
    func send(_ files: [String]) async throws -> Sent {
        var sent = Sent()
        let progress = Progress(total: RecordFile.totalBytes(files), isShown: !output.json && !output.quiet)
        defer { progress.clear() }
        try await withThrowingTaskGroup(of: Int.self) { group in
            var waiting = 0
            for name in files {
                let file = try RecordFile(name)
                while let batch = try await file.next() {
                    if waiting == Self.inFlight, let records = try await group.next() {
                        sent.records += records
                        waiting -= 1
                    }
                    group.addTask { try await take(batch.bytes) }
                    waiting += 1
                    sent.lines += batch.lines
                    sent.bytes += batch.bytes.count
                    progress.show(bytes: sent.bytes, "\(Figures.count(sent.lines)) lines")
                }
            }
            for try await records in group { sent.records += records }
        }
        return sent
    }

    private func take(_ lines: [UInt8]) async throws -> Int {
        var tries = 0
        while true {
            do {
                return try await link.ingest(lines, into: stream).records
            } catch let refusal as Refusal where refusal.kind == .limit && tries < Self.tries {
                tries += 1
                try await Task.sleep(for: .seconds(min(tries, 5)))
            }
        }
    }
}

/// Batches of whole lines from a file or from standard input.
actor RecordFile {
    struct Batch: Sendable {
        var bytes: [UInt8]
        var lines: Int
    }

    /// Bytes of a batch, unless one line alone is longer.
    static let batchBytes = 1 << 20
    static let longestLine = 4 << 20

    private let name: String
    private let descriptor: Int32
    private let queue = BlockingQueue("weir.ingest.read")
    private var rest: [UInt8] = []
    private var line = 1
    private var isAtEnd = false

    /// Throws `CommandFailure` for a file that can't be read.
    static func check(_ name: String) throws {
        guard name != "-" else { return }
        _ = try RecordFile(name)
    }

    static func totalBytes(_ names: [String]) -> Int? {
        var total = 0
        for name in names {
            let attributes = try? FileManager.default.attributesOfItem(atPath: name)
            guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular,
                let size = attributes[.size] as? Int
            else { return nil }
            total += size
        }
        return total
    }

    init(_ name: String) throws {
        self.name = name == "-" ? "standard input" : name
        guard name != "-" else {
            descriptor = dup(STDIN_FILENO)
            return
        }
        var isFolder: ObjCBool = false
        descriptor = open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(.wrongUse, "can't read \(name): \(String(cString: strerror(errno)))")
        }
        if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), isFolder.boolValue {
            throw CommandFailure(.wrongUse, "\(name) is a folder: name the files in it")
        }
        var magic: [UInt8] = [0, 0]
        if pread(descriptor, &magic, 2, 0) == 2, magic == [0x1f, 0x8b] {
            throw CommandFailure(.wrongUse, "\(name) is compressed: zcat \(name) | weir ingest STREAM -")
        }
    }

    deinit { close(descriptor) }

    /// The next batch, its last line complete; nil at the end. A last line without an end gets one.
    func next() async throws -> Batch? {
        while true {
            if rest.count >= Self.batchBytes || isAtEnd, let batch = try cut() { return batch }
            if isAtEnd { return nil }
            let descriptor = descriptor
            let (chunk, failure) = try await queue.run { () -> ([UInt8], Int32) in
                var chunk = [UInt8](repeating: 0, count: Self.batchBytes)
                while true {
                    let count = read(descriptor, &chunk, chunk.count)
                    if count < 0, errno == EINTR { continue }
                    return (Array(chunk.prefix(max(0, count))), count < 0 ? errno : 0)
                }
            }
            guard failure == 0 else {
                throw CommandFailure(.failed, "can't read \(name): \(String(cString: strerror(failure)))")
            }
            if chunk.isEmpty {
                isAtEnd = true
                if let last = rest.last, last != UInt8(ascii: "\n") { rest.append(UInt8(ascii: "\n")) }
            }
            rest += chunk
        }
    }

    /// Whole lines up to a batch's size, or one line that is longer; nil when none is whole yet.
    private func cut() throws -> Batch? {
        let newline = UInt8(ascii: "\n")
        let within = rest.prefix(Self.batchBytes).lastIndex(of: newline)
        guard let end = within ?? rest.firstIndex(of: newline) else {
            guard rest.count <= Self.longestLine else {
                throw CommandFailure(
                    .wrongUse, "line \(line) of \(name) is longer than 4 MiB: a record must be shorter")
            }
            return nil
        }
        let bytes = Array(rest[...end])
        rest.removeSubrange(...end)
        let lines = bytes.reduce(0) { $0 + ($1 == newline ? 1 : 0) }
        line += lines
        return Batch(bytes: bytes, lines: lines)
    }
}
