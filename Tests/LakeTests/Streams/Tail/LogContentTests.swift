import Foundation
import TestSupport
import Testing

@testable import Lake

/// What a log gives by offsets, plain or compressed.
@Suite(.processes) struct LogContentTests {
    enum Kind: CaseIterable { case plain, gzip, twoMembers }

    let folder = TemporaryDirectory()

    private func open(_ bytes: [UInt8], _ kind: Kind) throws -> any LogContent {
        func compressed(_ bytes: [UInt8]) throws -> Data {
            try Data(bytes).write(to: URL(fileURLWithPath: folder("part")))
            try Gzip.compress(folder("part"))
            return try Data(contentsOf: URL(fileURLWithPath: folder("part.gz")))
        }
        let data =
            switch kind {
            case .plain: Data(bytes)
            case .gzip: try compressed(bytes)
            case .twoMembers:
                try compressed(Array(bytes.prefix(bytes.count / 2)))
                    + compressed(Array(bytes.dropFirst(bytes.count / 2)))
            }
        let path = folder(kind == .plain ? "log" : "log.gz")
        try data.write(to: URL(fileURLWithPath: path))
        return kind == .plain ? try PlainLog(path) : try GzipLog(path)
    }

    @Test(arguments: Kind.allCases)
    func `bytes are read from any offset, also again`(kind: Kind) throws {
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 9) }
        let log = try open(bytes, kind)
        #expect(try log.rest(after: 0).bytes > 0)
        #expect(try log.bytes(at: 0, count: 10) == Array(bytes[..<10]))
        #expect(try log.bytes(at: 500_000, count: 1000) == Array(bytes[500_000..<501_000]))
        #expect(try log.bytes(at: 5, count: 10) == Array(bytes[5..<15]))
        #expect(try log.bytes(at: 699_990, count: 100) == Array(bytes[699_990...]))
        #expect(try log.bytes(at: 700_000, count: 100) == [])
        #expect(try log.rest(after: 700_000).bytes == 0)
    }

    @Test(arguments: Kind.allCases)
    func `a log is known by its beginning and by what comes before the offset`(kind: Kind) throws {
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 5) }
        let log = try open(bytes, kind)
        var position = TailPositionTests.position(1, offset: 4000)
        position.beginning = bytes[..<1024].withUnsafeBytes { Fingerprint($0) }
        position.latest = bytes[3744..<4000].withUnsafeBytes { Fingerprint($0) }
        #expect(try log.matches(position))
        position.latest = bytes[3743..<3999].withUnsafeBytes { Fingerprint($0) }
        #expect(try !log.matches(position))
        position.latest = .empty
        #expect(try log.matches(position))
        position.beginning = Fingerprint(length: 6000, checksum: 0)
        #expect(try !log.matches(position))
    }

    @Test func `an archive that ends early or is none says so, with the place`() throws {
        let path = folder("log.gz")
        _ = try open([UInt8](repeating: 65, count: 100), .gzip)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.dropLast(9).write(to: URL(fileURLWithPath: path))
        #expect {
            try GzipLog(path).bytes(at: 0, count: 200)
        } throws: {
            "\($0)" == "can't decompress \(path): it ends early, after 100 bytes"
        }
        try Data("nothing of the kind".utf8).write(to: URL(fileURLWithPath: path))
        #expect {
            try GzipLog(path).bytes(at: 0, count: 200)
        } throws: {
            "\($0)" == "can't decompress \(path): incorrect header check, after 0 bytes"
        }
    }
}

/// The program that rotation runs.
enum Gzip {
    static func compress(_ path: String) throws {
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-f", path]
        try gzip.run()
        gzip.waitUntilExit()
        guard gzip.terminationStatus == 0 else {
            throw ProgramUnderTest.Failure(description: "gzip \(path) ended with \(gzip.terminationStatus)")
        }
    }
}
