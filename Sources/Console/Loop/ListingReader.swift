import Flow
import Lake
import Store
import Synchronization

/// Reads the part of a long list that somebody looks at, or looks the whole list through for what a filter wants.
///
/// It has a connection of its own: a search through a million rows holds nothing else up. Each reading is a short
/// snapshot.
final class ListingReader: Sendable {
    /// Rows at hand around the focus, and of a filtered list.
    static let mostRows = 600
    static let mostMatches = 2000
    /// Rows that one snapshot looks through. The first ones are few, so that they are on the screen at once.
    private static let batches = 500...8000

    private let path: String
    private let clock: Clock
    private let mailbox: Mailbox
    private let query = Mutex<ListingQuery?>(nil)
    private let nudges: AsyncStream<Void>
    private let nudge: AsyncStream<Void>.Continuation

    init(path: String, clock: Clock, mailbox: Mailbox) {
        self.path = path
        self.clock = clock
        self.mailbox = mailbox
        (nudges, nudge) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The store may have changed.
    func look() { nudge.yield() }

    /// What to read from now on; nil: nothing.
    func watch(_ wanted: ListingQuery?) {
        query.withLock { $0 = wanted }
        nudge.yield()
    }

    /// Works until cancelled.
    func run() async {
        var store: Store?
        var seen: (version: Int, listing: Listing)?
        var restsUntil = ContinuousClock.now
        for await _ in nudges {
            guard let query = query.withLock({ $0 }) else {
                store = nil
                seen = nil
                continue
            }
            let start = ContinuousClock.now
            // What took long is not done again for each small change.
            if seen?.listing.query == query, start < restsUntil { continue }
            do {
                let open = try store ?? Store.openForReading(path)
                store = open
                let version = try open.dataVersion()
                if let seen, seen.version == version, seen.listing.query == query { continue }
                let found =
                    if let filter = query.filter {
                        try await search(query, filter, open)
                    } else {
                        try await open.read { [clock] in try $0.listing(query, clock, limit: Self.mostRows) }
                    }
                guard let found else { continue }
                if found != seen?.listing { mailbox.put(.listing(found)) }
                seen = (version, found)
                let end = ContinuousClock.now
                restsUntil = end + (end - start) * 4
            } catch {
                // The overview says what is wrong with the store; it is opened anew with the next look.
                store = nil
                seen = nil
            }
        }
    }

    /// Looks through the whole list and shows what it has found on the way; nil when something else is wanted by then.
    private func search(_ query: ListingQuery, _ filter: Filter, _ store: Store) async throws -> Listing? {
        let (kind, clock) = (query.kind, clock)
        let (newest, oldest) = try await store.read { try $0.ends(of: kind) }
        var found = Listing(query: query, titles: kind.titles, rows: [], newest: newest, oldest: oldest)
        var (next, size) = (Int64.max, Self.batches.lowerBound)
        var shown = -1
        while true {
            let (before, limit) = (next, size)
            let rows = try await store.read { try $0.rows(of: kind, before: before, clock, limit: limit) }
            guard self.query.withLock({ $0 }) == query else { return nil }
            let keeps = filter.matches(rows.map { $0.joined(separator: " ") })
            found.rows += zip(rows, keeps).filter(\.1).map(\.0).prefix(Self.mostMatches - found.rows.count)
            guard rows.count == limit, let last = rows.last.flatMap(Listing.number) else {
                found.search = .whole
                return found
            }
            guard found.rows.count < Self.mostMatches else {
                found.search = .cut
                return found
            }
            found.search = .through(last)
            if found.rows.count > shown || size == Self.batches.upperBound { mailbox.put(.listing(found)) }
            shown = found.rows.count
            next = last
            size = min(size * 2, Self.batches.upperBound)
        }
    }
}
