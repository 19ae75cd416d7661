import Flow
import Foundation
import Lake
import Store
import Synchronization

/// Reads the store whenever it has changed, and no more often than somebody can look.
final class StoreReader: Sendable {
    /// What is read besides the overview.
    struct Interest: Sendable, Hashable {
        var run: Int64?
    }
    /// Runs in the overview.
    static let mostRuns = 200
    private static let pause = Duration.milliseconds(150)

    private let path: String
    private let mailbox: Mailbox
    private let listings: ListingReader
    private let interest = Mutex(Interest())
    private let nudges: AsyncStream<Void>
    private let nudge: AsyncStream<Void>.Continuation

    init(path: String, mailbox: Mailbox, listings: ListingReader) {
        self.path = path
        self.mailbox = mailbox
        self.listings = listings
        (nudges, nudge) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads soon; asking more often than it reads asks once.
    func look() { nudge.yield() }

    func watch(_ interest: Interest) {
        self.interest.withLock { $0 = interest }
        look()
    }

    /// Works until cancelled. `isTold`: an engine says when the store has changed.
    func run(isTold: @escaping @Sendable () -> Bool) async {
        look()
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    if !isTold() { look() }
                    try? await Task.sleep(for: .seconds(1))
                }
                nudge.finish()
            }
            await read()
            group.cancelAll()
        }
    }

    private func read() async {
        var store: Store?
        var seen: (version: Int, interest: Interest)?
        var last = News()
        for await _ in nudges {
            listings.look()
            do {
                let open = try store ?? Store.openForReading(path)
                store = open
                let interest = interest.withLock { $0 }
                let version = try open.dataVersion()
                if let seen, seen == (version, interest) { continue }
                let news = try await open.read { try News($0, interest) }
                seen = (version, interest)
                tell(news, unless: last)
                last = news
            } catch {
                // A store that was replaced or is not there yet is opened anew with the next look.
                store = nil
                seen = nil
                mailbox.put(.problem(problem(error)))
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func tell(_ news: News, unless last: News) {
        if let overview = news.overview, overview != last.overview { mailbox.put(.overview(overview)) }
        if let run = news.run, run != last.run { mailbox.put(.run(run)) }
    }

    private func problem(_ error: any Error) -> String {
        FileManager.default.fileExists(atPath: path)
            ? "\(error)" : "nothing has run in this project yet: weir serve starts its engine"
    }

    /// What one reading found.
    private struct News: Sendable {
        var overview: Overview?
        var run: RunDetail?

        init() {}

        init(_ reading: Reading, _ interest: Interest) throws {
            overview = try reading.overview(runs: StoreReader.mostRuns)
            if let id = interest.run, let run = try reading.run(id) {
                self.run = RunDetail(run: run, attempts: try reading.attempts(run: id, step: nil))
            }
        }
    }
}
