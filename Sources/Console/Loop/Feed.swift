import Flow
import Foundation
import Lake
import Store
import Synchronization

/// Everything that the thread which draws must not do: reads the store, talks with the engine, carries out requests.
/// What it learns goes into the mailbox.
struct Feed: Sendable {
    let profile: Profile
    let clock: Clock
    let store: StoreReader
    let listings: ListingReader
    let link: LinkKeeper
    let mailbox: Mailbox
    let requests: AsyncStream<Request>

    /// What the drawing thread wants done.
    enum Request: Sendable {
        case send(EngineCommand, key: String, ticket: Int)
        case hostAction(String, ticket: Int)
        case saveScreen(String, ticket: Int)
    }
    /// As many may wait; the one after them is refused with a word.
    static let mostWaiting = 128

    /// Works until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await link.run() }
            group.addTask { await store.run { link.isAttached } }
            group.addTask { await listings.run() }
            for await request in requests {
                group.addTask { await carryOut(request) }
            }
            group.cancelAll()
        }
    }

    private func carryOut(_ request: Request) async {
        switch request {
        case .send(let command, let key, let ticket):
            mailbox.put(.reply(ticket: ticket, await link.send(command, key: key)))
            store.look()
        case .hostAction(let name, let ticket):
            guard let action = profile.hostActions.first(where: { $0.name == name }) else { return }
            do {
                mailbox.put(.reply(ticket: ticket, .done(try await action.run())))
            } catch {
                mailbox.put(.reply(ticket: ticket, .failed("\(error)")))
            }
        case .saveScreen(let text, let ticket): mailbox.put(.reply(ticket: ticket, save(text)))
        }
    }

    private func save(_ text: String) -> FeedUpdate.Outcome {
        let folder = profile.directory + "/.weir/screens"
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let stamp = clock.date(now) + "T" + clock.time(now).replacing(":", with: "")
        let path = "\(folder)/\(stamp).txt"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path))
            return .done("saved as \(path)")
        } catch {
            return .failed("can't save the screen in \(folder): \(error.localizedDescription)")
        }
    }
}
