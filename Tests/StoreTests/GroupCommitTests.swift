import Store
import TestSupport
import Testing

@Suite struct GroupCommitTests {
    struct Refused: Error {}
    let folder = TemporaryDirectory()

    /// Appends events named by number at the same time; those that `refuses` names throw after they have written.
    private func append(_ count: Int, to store: Store, refusing refuses: @escaping @Sendable (Int) -> Bool) async
        -> [Int: Bool]
    {
        await withTaskGroup(of: (Int, Bool).self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        try await store.write { writing in
                            try writing.append(
                                kind: "k", subject: "\(number)", interval: nil, payload: "{}", at: 0)
                            if refuses(number) { throw Refused() }
                        }
                        return (number, true)
                    } catch {
                        return (number, false)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test func `of writes that share a commit each is kept or undone by itself`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        let outcome = await append(500, to: store) { $0 % 3 == 0 }
        #expect(outcome.count == 500)
        let kept = Set(try await store.read { try $0.events(after: 0, limit: 1000) }.map(\.subject))
        #expect(kept == Set((0..<500).filter { $0 % 3 != 0 }.map(String.init)))
        #expect(outcome.filter(\.value).count == kept.count)
    }

    @Test func `writes that wait together share commits`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    _ = try await store.write { writing in
                        try writing.append(kind: "k", subject: "\(number)", interval: nil, payload: "{}", at: 0)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(store.commits < 100)
        #expect(try await store.read { try $0.count("SELECT count(*) FROM events") } == 100)
    }

    @Test func `a statement that SQLite refuses spoils no other write of its commit`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        try await store.write { writing in
                            // Every second one breaks the primary key.
                            try writing.execute(
                                "INSERT INTO paused_workflows VALUES (?, 0)", [.text("w\(number / 2)")])
                        }
                    } catch {
                        #expect((error as? StoreError)?.description.contains("UNIQUE constraint failed") == true)
                    }
                }
            }
        }
        #expect(try await store.read { try $0.count("SELECT count(*) FROM paused_workflows") } == 50)
    }

    @Test func `each write sees what those before it wrote`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        let seen = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<200 { group.addTask { try await store.write { try $0.beginEpoch() } } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(seen == Set(1...200))
    }

    @Test func `a commit that changes something is told, one that does not is not`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        let (told, tell) = AsyncStream<Int64>.makeStream()
        store.onChange { tell.yield(store.commits) }
        try await store.write { _ = try $0.count("SELECT count(*) FROM events") }
        #expect(store.commits == 0)
        try await store.write { _ = try $0.beginEpoch() }
        #expect(store.commits == 1)
        tell.finish()
        #expect(await told.reduce(into: []) { $0.append($1) } == [1])
    }
}
