import Store
import Synchronization
import TestSupport
import Testing

@testable import Flow

@Suite final class CommandLedgerTests: Sendable {
    let folder = TemporaryDirectory()
    let effects = Mutex(0)

    private func ask(_ ledger: CommandLedger, _ command: EngineCommand = .cancel(run: 7), key: String) async
        -> EngineReply
    {
        await ledger.once(command, key: key, who: "ada, pid 12", at: 1000) {
            let count = effects.withLock { count in
                count += 1
                return count
            }
            return .done("effect \(count)")
        }
    }

    @Test func `a command that is sent again is answered as before and not repeated`() async throws {
        let ledger = CommandLedger(store: try Store.openForWriting(folder("weir.db")))
        #expect(await ask(ledger, key: "k1") == .done("effect 1"))
        #expect(await ask(ledger, key: "k1") == .done("effect 1"))
        #expect(await ask(ledger, key: "k2") == .done("effect 2"))
    }

    @Test func `the same command sent while it works waits for the one reply`() async throws {
        let ledger = CommandLedger(store: try Store.openForWriting(folder("weir.db")))
        let replies = await withTaskGroup(of: EngineReply.self) { group in
            for _ in 1...20 { group.addTask { await self.ask(ledger, key: "k1") } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replies == Array(repeating: .done("effect 1"), count: 20))
    }

    @Test func `a command whose engine died in the middle is not repeated`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        #expect(await ask(CommandLedger(store: store), key: "k1") == .done("effect 1"))
        try await store.write { _ = try $0.execute("UPDATE commands SET reply = ''") }
        guard case .refused(let refusal) = await ask(CommandLedger(store: store), key: "k1") else {
            Issue.record("it was carried out again")
            return
        }
        #expect(refusal.message.contains("the engine stopped while it carried this out"))
        #expect(refusal.message.contains("weir runs"))
    }

    @Test func `a key belongs to one command`() async throws {
        let ledger = CommandLedger(store: try Store.openForWriting(folder("weir.db")))
        _ = await ask(ledger, .cancel(run: 7), key: "k1")
        let other = await ask(ledger, .cancel(run: 8), key: "k1")
        #expect(other == .refused(Refusal(.wrong, "the key k1 was used for another command")))
    }

    @Test func `who asked for what, when and with which reply is kept`() async throws {
        let store = try Store.openForWriting(folder("weir.db"))
        _ = await ask(CommandLedger(store: store), key: "k1")
        let row = try #require(try await store.read { try $0.first("SELECT * FROM commands") })
        #expect(row.text("who") == "ada, pid 12")
        #expect(row.integer("at") == 1000)
        #expect(row.text("command").contains("cancel"))
        #expect(row.text("reply").contains("effect 1"))
    }
}
