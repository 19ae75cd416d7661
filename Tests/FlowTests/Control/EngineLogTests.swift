import Logging
import TestSupport
import Testing

@testable import Flow

@Suite struct EngineLogTests {
    let folder = TemporaryDirectory()

    @Test func `an entry is one line with its level, its source and its details in order`() throws {
        let log = try EngineLog(path: folder("engine.log"))
        log.logger("engine").warning("a stream is slow", metadata: ["stream": "access_log", "lag": "9"])
        let line = try folder.read("engine.log")
        #expect(line.hasSuffix(" warning engine: a stream is slow lag=9 stream=access_log\n"))
    }

    @Test func `control characters of a record can't command the terminal that shows the log`() throws {
        let log = try EngineLog(path: folder("engine.log"))
        log.append("before \u{1B}[2J\n after\u{9B}")
        #expect(try folder.read("engine.log") == "before \\u{1b}[2J\\u{a} after\\u{9b}\n")
    }

    @Test func `the log and its predecessor are all that is kept`() throws {
        let log = try EngineLog(path: folder("engine.log"), limit: 100)
        for number in 1...20 { log.append("entry \(number) " + String(repeating: "x", count: 40)) }
        #expect(try folder.names() == ["engine.log", "engine.log.1"])
        #expect(try folder.read("engine.log").utf8.count <= 100)
        #expect(try folder.read("engine.log.1").utf8.count <= 100)
        #expect(try folder.read("engine.log").contains("entry 20"))
    }

    @Test func `an existing log is continued`() throws {
        try folder.write("yesterday\n", to: "engine.log")
        try EngineLog(path: folder("engine.log")).append("today")
        #expect(try folder.read("engine.log") == "yesterday\ntoday\n")
    }
}
