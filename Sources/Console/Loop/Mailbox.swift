import Synchronization
package import Terminal

/// What is new for the thread that draws. Bounded: of each kind of news only the newest is kept, and of replies there
/// are never more than commands were sent. Putting something in never waits.
package final class Mailbox: Sendable {
    private let news = Mutex<[FeedUpdate]>([])
    private let wakeup: Wakeup

    package init(_ wakeup: Wakeup) { self.wakeup = wakeup }

    package func put(_ update: FeedUpdate) {
        news.withLock { news in
            // The newer one goes to the end: it was told after everything that lies there.
            if let kind = update.kind { news.removeAll { $0.kind == kind } }
            news.append(update)
        }
        wakeup.signal()
    }

    package func take() -> [FeedUpdate] {
        news.withLock { news in
            defer { news = [] }
            return news
        }
    }
}

extension FeedUpdate {
    fileprivate enum Kind: Hashable { case overview, problem, link, owner, status, run, listing, host }

    /// nil: it never replaces another one.
    fileprivate var kind: Kind? {
        switch self {
        case .overview: .overview
        case .problem: .problem
        case .link: .link
        case .owner: .owner
        case .status: .status
        case .run: .run
        case .listing: .listing
        case .host: .host
        case .reply, .ended: nil
        }
    }
}
