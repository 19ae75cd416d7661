import CPlatform
import Foundation
import Lake
import Store
import Synchronization
import TestSupport
import Testing

@testable import Flow

/// The socket alone, with answers of its own: what a client may do to it. That a real engine answers over it as it
/// does in process is `EngineLinkTests`.
@Suite final class SocketServerTests: Sendable {
    let folder = TemporaryDirectory()
    let asked = Mutex<[EngineCommand]>([])
    let pulseBoard = PulseBoard()

    private var status: EngineStatus {
        EngineStatus(
            pid: 1, epoch: 1, uptimeSeconds: 0, project: "tunag", address: nil,
            slots: SlotStatus(total: 2, busy: 0, waiting: 0), streams: [], runsByState: [:], steps: [])
    }

    private var responder: Responder {
        Responder(
            command: { [self] command, _, who in
                asked.withLock { $0.append(command) }
                if case .query = command { return .rows(QueryRows(columns: [], rows: [[who]], truncated: false)) }
                if case .crawl = command { _ = await pulseBoard.listen(rest: .zero).first { _ in true } }
                return .done("\(command)")
            },
            ingest: { lines, stream in
                guard stream == "log" else { return .failure(Refusal(.wrong, "no stream \(stream)")) }
                return .success(TakenRecords(records: lines.count { $0 == 10 }, sequence: Int64(lines.count)))
            },
            pulses: { [self] in pulseBoard.listen(rest: $0) })
    }

    /// Serves for as long as the body works.
    private func serving(_ body: @escaping @Sendable (SocketLink) async throws -> Void) async throws {
        let server = try SocketServer(
            path: folder("s"), greeting: Greeting(weir: Greeting.version, process: 1, project: "tunag"),
            responder: responder)
        try folder.write("", to: ".weir/.keep")
        let lock = try EngineLock(
            project: folder.path, holder: LockHolder(process: 1, role: "an engine", socket: folder("s")))
        try server.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await body(try SocketLink(project: folder.path))
            group.cancelAll()
            try await group.waitForAll()
        }
        let left = try folder.names()
        #expect(!left.contains("s"), "the socket is removed when the server ends")
        withExtendedLifetime(lock) {}
    }

    private func connect() async throws -> SocketConversation {
        try await BlockingQueue("test").run { [folder] in
            let conversation = SocketConversation()
            try conversation.begin(path: folder("s"), project: folder.path)
            return conversation
        }
    }

    private func hear(_ conversation: SocketConversation) async throws -> AnswerLine {
        try await BlockingQueue("test").run { try conversation.hear(AnswerLine.self) }
    }

    @Test func `a command is answered`() async throws {
        try await serving { link in
            let reply = try await link.send(.cancel(run: 7), key: "k")
            #expect(reply == .done("cancel(run: 7)"))
        }
    }

    @Test func `the engine knows who asked`() async throws {
        try await serving { link in
            guard case .rows(let rows) = try await link.send(.query(sql: "", limit: 1), key: "k") else {
                Issue.record("another answer")
                return
            }
            #expect(rows.rows == [["\(NSUserName()), pid \(getpid())"]])
        }
    }

    @Test func `records go over as they are and refusals come back as such`() async throws {
        try await serving { link in
            let lines = Array("{\"a\":1}\n{\"a\":\"\u{0}ä\"}\n".utf8) + [0xFF, 10]
            let taken = try await link.ingest(lines, into: "log")
            #expect(taken == TakenRecords(records: 3, sequence: Int64(lines.count)))
            let refusal = await #expect(throws: Refusal.self) { try await link.ingest(lines, into: "lag") }
            #expect(refusal?.message == "no stream lag")
        }
    }

    @Test func `the largest records that are taken at once go over`() async throws {
        try await serving { link in
            let lines = [UInt8](repeating: 10, count: RequestReader.mostRecords)
            let taken = try await link.ingest(lines, into: "log")
            #expect(taken.records == lines.count)
        }
    }

    @Test func `only the owner may open the socket`() async throws {
        try await serving { _ in
            var status = weir_file_status()
            try #require(weir_stat(self.folder("s"), &status) == 0)
            #expect(status.mode & 0o777 == 0o600)
        }
    }

    @Test func `a half-written request has no effect on others`() async throws {
        try await serving { link in
            let half = try await self.connect()
            try half.say(Array("{\"command\":{\"key\":\"k\",".utf8))
            let halfRecords = try await self.connect()
            try halfRecords.say(try RequestLine.ingest(stream: "log", bytes: 100).line() + [65, 66])
            #expect(try await link.send(.apply, key: "k") == .done("apply"))
            half.end()
            halfRecords.end()
            #expect(try await link.send(.apply, key: "k") == .done("apply"))
            #expect(self.asked.withLock { $0 } == [.apply, .apply])
        }
    }

    @Test func `bytes that are no request are answered and end their connection`() async throws {
        try await serving { link in
            let stranger = try await self.connect()
            try stranger.say(Array("GET / HTTP/1.1\r\n".utf8))
            let answer = try await self.hear(stranger)
            #expect(answer == .refused(Refusal(.wrong, "this is no request that this version of weir knows")))
            await #expect(throws: LinkFailure.lost) { try await self.hear(stranger) }
            #expect(try await link.send(.apply, key: "k") == .done("apply"))
        }
    }

    @Test func `what a client asked for goes on when it vanishes, and others are answered meanwhile`() async throws {
        try await serving { link in
            let vanishing = try await self.connect()
            try vanishing.say(try RequestLine.command(key: "k", .crawl(nil)).line())
            #expect(try await eventually { self.pulseBoard.hasListeners })
            vanishing.end()
            #expect(try await link.send(.apply, key: "k") == .done("apply"))
            #expect(self.pulseBoard.hasListeners, "the command still works")
            self.pulseBoard.tell(EnginePulse(generation: 1, status: self.status))
            #expect(try await eventually { !self.pulseBoard.hasListeners })
        }
    }

    @Test func `a caller that stops waiting gets an error at once`() async throws {
        try await serving { link in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await link.send(.crawl(nil), key: "k") }
                let began = try await eventually { self.pulseBoard.hasListeners }
                #expect(began)
                group.cancelAll()
                await #expect(throws: LinkFailure.lost) { try await group.waitForAll() }
            }
            self.pulseBoard.tell(EnginePulse(generation: 1, status: self.status))
        }
    }

    @Test func `a slow subscriber gets the newest pulse only`() async throws {
        try await serving { _ in
            let slow = try await self.connect()
            try slow.say(try RequestLine.pulses(rest: 0).line())
            #expect(try await eventually { self.pulseBoard.hasListeners })
            // Far more than a socket buffers: what was not read in time is replaced by what is newer.
            var status = self.status
            status.project = String(repeating: "x", count: 100_000)
            for generation in 1...200 {
                self.pulseBoard.tell(EnginePulse(generation: Int64(generation), status: status))
            }
            var heard: [Int64] = []
            while heard.last != 200 {
                guard case .pulse(let pulse) = try await self.hear(slow) else { break }
                heard.append(pulse.generation)
            }
            #expect(heard.last == 200)
            #expect(heard.count < 200)
            #expect(heard == heard.sorted())
        }
    }

    @Test func `pulses end when the engine does`() async throws {
        let (listening, isListening) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await self.serving { link in
                    let pulses = link.pulses()
                    isListening.yield()
                    let began = try await eventually { self.pulseBoard.hasListeners }
                    #expect(began)
                    self.pulseBoard.close()
                    withExtendedLifetime(pulses) {}
                }
            }
            for await _ in listening { break }
            try await group.waitForAll()
        }
        let link = try? SocketLink(project: folder.path)
        #expect(link == nil, "the lock's text goes with the engine")
    }

    @Test func `who finds no engine is told how to start one`() async throws {
        let missing = #expect(throws: LinkFailure.self) { try SocketLink(project: folder.path) }
        #expect(missing?.description == "no engine runs for \(folder.path): start one with weir serve")
        // The text of an engine that died without a word.
        try folder.write("{\"process\":1,\"role\":\"an engine\",\"socket\":\"\(folder("gone"))\"}", to: ".weir/lock")
        let link = try SocketLink(project: folder.path)
        let dead = await #expect(throws: LinkFailure.self) { try await link.send(.status, key: "k") }
        #expect(dead == .noEngine(project: folder.path))
    }

    @Test func `an engine that speaks another protocol is named`() async throws {
        let server = try SocketServer(
            path: folder("s"), greeting: Greeting(weir: 99, process: 4711, project: "p"), responder: responder)
        try server.open()
        try folder.write("{\"process\":1,\"role\":\"an engine\",\"socket\":\"\(folder("s"))\"}", to: ".weir/lock")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let link = try SocketLink(project: folder.path)
            let error = await #expect(throws: LinkFailure.self) { try await link.send(.status, key: "k") }
            #expect(error?.description.contains("the engine (pid 4711) is another version of weir") == true)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func `a socket of an engine that died is taken over`() async throws {
        try folder.write("", to: "s")
        try await serving { link in
            let reply = try await link.send(.apply, key: "k")
            #expect(reply == .done("apply"))
        }
    }

    @Test func `a project deep in the tree has its socket in the user's runtime folder`() {
        let deep = "/" + String(repeating: "d", count: 120)
        let path = SocketPlace.path(project: deep, environment: ["XDG_RUNTIME_DIR": "/run/user/7"])
        #expect(path.hasPrefix("/run/user/7/weir/"))
        #expect(path.utf8.count <= SocketPlace.longest)
        #expect(path != SocketPlace.path(project: deep + "e", environment: ["XDG_RUNTIME_DIR": "/run/user/7"]))
        #expect(SocketPlace.path(project: "/p", environment: [:]) == "/p/.weir/engine.sock")
    }

    @Test func `a connection too many waits until another ends`() async throws {
        try await serving { link in
            var others: [SocketConversation] = []
            while others.count < SocketLoop.mostConnections { others.append(try await self.connect()) }
            async let waiting = link.send(.apply, key: "k")
            others.removeLast().end()
            let reply = try await waiting
            #expect(reply == .done("apply"))
            for other in others { other.end() }
        }
    }
}
