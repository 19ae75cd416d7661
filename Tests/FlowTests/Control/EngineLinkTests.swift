import Foundation
import Lake
import Store
import TestSupport
import Testing

@testable import Flow

/// The contract of `EngineLink`, kept by both ways to a real engine.
@Suite(.processes) struct EngineLinkTests {
    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case socket, local
        var testDescription: String { rawValue }
    }

    let folder = TemporaryDirectory()

    private var project: Project {
        get throws {
            let greet = StepDefinition(
                name: "greet", work: .run(["/bin/sh", "-c", "echo >> greeted"]), needs: [], timeout: nil, retry: [],
                catches: [], onlyByCatch: false, when: nil)
            return Project(
                name: "tunag", directory: folder.path, timeZone: "UTC", lakeRoot: folder("lake"),
                engine: EngineSettings(slots: 1, memory: nil, scanLimit: nil, host: "127.0.0.1", port: 0),
                streams: [
                    StreamDefinition(
                        name: "log", into: try TableName("raw.log"), format: .json, time: nil, partition: .day,
                        bufferSize: 1 << 20, bufferInterval: .seconds(900), dedupe: nil, http: true)
                ], extracts: [], crawlers: [],
                workflows: [
                    WorkflowDefinition(
                        name: "greeting", trigger: nil, each: .day, settle: .zero, parameters: [], deadline: nil,
                        steps: [greet])
                ], backfill: BackfillSettings(parallel: 1, attempts: 1), alerts: [], text: "", hash: "h")
        }
    }

    /// Runs an engine for as long as the body works with a link to it, and checks that it ends in order.
    private func with(
        _ way: Way, _ body: @escaping @Sendable (any EngineLink) async throws -> Void
    ) async throws {
        let options = Engine.Options(
            executable: EngineUnderTest.executable, servesHTTP: false, servesSocket: way == .socket)
        try await Engine.hosting(try project, options: options) { [folder] local in
            switch way {
            case .local: try await body(local)
            case .socket: try await body(try SocketLink(project: folder.path))
            }
        }
    }

    private let day = Interval("2026-11-21")

    @Test(arguments: Way.allCases)
    func `the engine tells what it is`(way: Way) async throws {
        try await with(way) { link in
            guard case .status(let status) = try await link.send(.status, key: "k") else {
                Issue.record("another answer")
                return
            }
            #expect(status.project == "tunag")
            #expect(status.pid == getpid())
            #expect(status.epoch == 1)
            #expect(status.slots.total == 1)
            #expect(status.streams.map(\.name) == ["log"])
        }
    }

    @Test(arguments: Way.allCases)
    func `a command with one key is carried out once, however often it is sent`(way: Way) async throws {
        let day = day
        try await with(way) { [folder] link in
            let command = EngineCommand.run(workflow: "greeting", interval: day, parameters: [:])
            let replies = try await withThrowingTaskGroup(of: EngineReply.self) { group in
                for _ in 1...5 { group.addTask { try await link.send(command, key: "one") } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(replies == [.started(run: 1)])
            let store = try EngineLinkTests.store(folder)
            let ended = try await eventually {
                try await store.read { try $0.run(1)?.state == .succeeded }
            }
            #expect(ended)
            let again = try await link.send(command, key: "one")
            #expect(again == .started(run: 1))
            #expect(try folder.read("greeted") == "\n")
        }
    }

    @Test(arguments: Way.allCases)
    func `what can't be done is refused with a reason`(way: Way) async throws {
        let day = day
        try await with(way) { link in
            let reply = try await link.send(
                .run(workflow: "greetings", interval: day, parameters: [:]), key: "k")
            guard case .refused(let refusal) = reply else {
                Issue.record("\(reply)")
                return
            }
            #expect(refusal.kind == .wrong)
            #expect(refusal.message.contains("greetings"))
            let slots = try await link.send(.setSlots(3), key: "k2")
            guard case .refused(let reason) = slots else {
                Issue.record("\(slots)")
                return
            }
            #expect(reason.message.contains("set engine: slots in weir.yaml"))
        }
    }

    @Test(arguments: Way.allCases)
    func `records are taken, and those for no stream are refused`(way: Way) async throws {
        try await with(way) { link in
            let taken = try await link.ingest(Array("{\"a\":1}\n{\"a\":2}\n".utf8), into: "log")
            #expect(taken.records == 2)
            let refusal = await #expect(throws: Refusal.self) {
                try await link.ingest(Array("{}\n".utf8), into: "lag")
            }
            #expect(refusal?.kind == .wrong)
            #expect(refusal?.message == "no stream lag; did you mean log?")
        }
    }

    @Test(arguments: Way.allCases)
    func `a statement is answered with rows, and a wrong one with a pointer into it`(way: Way) async throws {
        try await with(way) { link in
            let reply = try await link.send(.query(sql: "SELECT 6 * 7 AS answer", limit: 10), key: "k")
            guard case .rows(let rows) = reply else {
                Issue.record("\(reply)")
                return
            }
            #expect(rows.columns.map(\.name) == ["answer"])
            #expect(rows.rows == [["42"]])
            guard case .refused(let wrong) = try await link.send(.query(sql: "SELEC 1", limit: 10), key: "k2") else {
                Issue.record("it was not refused")
                return
            }
            #expect(wrong.message.contains("SELEC"))
        }
    }

    @Test(arguments: Way.allCases)
    func `a pulse comes after a change, with a generation that rises`(way: Way) async throws {
        let day = day
        try await with(way) { link in
            var generations: [Int64] = []
            for await pulse in link.pulses() {
                generations.append(pulse.generation)
                #expect(pulse.status.project == "tunag")
                if generations.count == 1 {
                    _ = try await link.send(.run(workflow: "greeting", interval: day, parameters: [:]), key: "k")
                }
                if pulse.generation > generations[0] { break }
            }
            #expect(generations.count > 1)
            #expect(generations == generations.sorted())
        }
    }

    @Test(arguments: Way.allCases)
    func `pulses end with the engine, and nothing can be sent any more`(way: Way) async throws {
        var last: (any EngineLink)?
        let (links, linked) = AsyncStream<any EngineLink>.makeStream()
        try await with(way) { link in
            linked.yield(link)
            let pulses = link.pulses()
            var iterator = pulses.makeAsyncIterator()
            let first = await iterator.next()
            #expect(first != nil)
            _ = try await link.send(.stop(drain: false), key: "k")
            while await iterator.next() != nil {}
        }
        for await link in links {
            last = link
            break
        }
        let link = try #require(last)
        let error = await #expect(throws: LinkFailure.self) { try await link.send(.status, key: "k") }
        #expect(error == .noEngine(project: folder.path))
        await #expect(throws: LinkFailure.self) { try await link.ingest([], into: "log") }
    }

    private static func store(_ folder: TemporaryDirectory) throws -> Store {
        try Store.openForReading(folder(".weir/weir.db"))
    }
}
