import Store
import TestSupport
import Testing

@Suite struct StoreTests {
    let folder = TemporaryDirectory()

    @Test func `a committed write is seen by a reader that opens the file`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        try await store.write { writing in
            try writing.append(kind: "delivery", subject: "raw.log", interval: "2026-11-21", payload: "{}", at: 7)
        }
        let reader = try Store.openForReading(folder("weir.db"))
        let events = try await reader.read { try $0.events(after: 0, limit: 10) }
        #expect(events.map(\.kind) == ["delivery"])
        #expect(events.first?.interval == "2026-11-21")
    }

    @Test func `a transaction that throws leaves nothing behind`() async throws {
        struct Refused: Error {}
        let store = try Store.openForWriting(folder("weir.db"))
        await #expect(throws: Refused.self) {
            try await store.write { writing in
                try writing.append(kind: "delivery", subject: "x", interval: nil, payload: "{}", at: 1)
                throw Refused()
            }
        }
        #expect(try await store.read { try $0.count("SELECT count(*) FROM events") } == 0)
    }

    @Test func `each engine start has an epoch of its own`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        let first = try await store.write { try $0.beginEpoch() }
        let second = try await store.write { try $0.beginEpoch() }
        #expect(first == 1)
        #expect(second == 2)
    }

    @Test func `every commit is durable`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        // 2 is FULL, which GRDB would lower to NORMAL.
        #expect(try await store.write { try $0.count("PRAGMA synchronous") } == 2)
    }

    @Test func `the data version changes when another process commits`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        let reader = try Store.openForReading(folder("weir.db"))
        let before = try reader.dataVersion()
        _ = try await store.write { try $0.beginEpoch() }
        #expect(try reader.dataVersion() != before)
    }

    @Test func `a file that is no database says so and what to do`() throws {
        try folder.write(String(repeating: "not a database ", count: 100), to: "weir.db")
        let error = #expect(throws: StoreError.self) { try Store.openForWriting(folder("weir.db")) }
        #expect(error?.description.contains("is damaged") == true)
        #expect(error?.description.contains("restore a backup") == true)
    }

    @Test func `a store of a newer version is refused`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        try await store.write { _ = try $0.execute("PRAGMA user_version = 99") }
        try store.close()
        let error = #expect(throws: StoreError.self) { try Store.openForWriting(folder("weir.db")) }
        #expect(error == .newerVersion(path: folder("weir.db")))
    }

    @Test func `a missing store can't be opened to read, and the error says how to start one`() {
        let error = #expect(throws: StoreError.self) { try Store.openForReading(folder("none/weir.db")) }
        #expect(error?.description.contains("start the engine (weir serve)") == true)
    }

    @Test func `one active run an interval`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        let insert = """
            INSERT INTO runs (workflow, interval, parameters, definition, state, reason, priority, created_at)
            VALUES ('w', '2026-11-21', '{}', 'd', 'queued', 'by hand', 1, 0)
            """
        try await store.write { _ = try $0.execute(insert) }
        await #expect(throws: StoreError.self) { try await store.write { _ = try $0.execute(insert) } }
        try await store.write { _ = try $0.execute("UPDATE runs SET state = 'succeeded'") }
        try await store.write { _ = try $0.execute(insert) }
    }
}
