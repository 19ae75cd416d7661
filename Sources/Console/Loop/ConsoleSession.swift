import Flow
import Foundation
import Synchronization
import Terminal

/// How a console ended.
package enum Leaving: Sendable, Hashable {
    /// Whatever runs goes on.
    case leave
    /// The operator wants the engine to end too.
    case stopEngine
}

/// A console on the terminal of this process, from its first picture to its last.
///
/// `weir console` runs one; a host such as `weir demo` runs one with keys and a checklist of its own:
///
///     let profile = Profile(
///         project: "demo", directory: folder, timeZone: zone, readOnly: false, engine: .demonstration,
///         hostActions: [HostAction(name: "mend", key: "m", title: "mend the bad row") { try mend() }],
///         checklist: [
///             ChecklistItem(title: "open the failed run", hint: "3, enter", milestone: .openedFailedRun),
///             ChecklistItem(title: "mend the row", hint: "m", milestone: .hostAction("mend")),
///         ], session: UUID().uuidString)
///     let leaving = try await ConsoleSession(profile: profile, access: .socket(project: folder)).run()
///
/// With `engine: .demonstration` quitting asks once and then means everything: it returns `.stopEngine`, and the host
/// ends its engine and whatever else it has started.
package struct ConsoleSession: Sendable {
    let profile: Profile
    let access: EngineAccess
    let environment: [String: String]
    let theme: String?
    let news: AsyncStream<HostNews>?

    /// `theme` is a name from the library; nil takes the usual one. `news` is what a host says of its work.
    package init(
        profile: Profile, access: EngineAccess, theme: String? = nil, news: AsyncStream<HostNews>? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.profile = profile
        self.access = access
        self.theme = theme
        self.news = news
        self.environment = environment
    }

    /// Draws until the operator leaves. Throws `ScreenError` when standard input and output are no terminal,
    /// `ThemeError` when the theme isn't there. Cancelling the task ends the console as `q` would.
    package func run() async throws -> Leaving {
        let library = ThemeLibrary(folder: ThemeLibrary.userFolder(environment: environment))
        if let theme { _ = try library.theme(theme) }
        let wakeup = Wakeup()
        let mailbox = Mailbox(wakeup)
        let clock = Clock(profile.timeZone)
        let path = profile.directory + "/.weir/weir.db"
        let listings = ListingReader(path: path, clock: clock, mailbox: mailbox)
        let store = StoreReader(path: path, mailbox: mailbox, listings: listings)
        let link = LinkKeeper(access, mailbox) { store.look() }
        let (requests, continuation) = AsyncStream.makeStream(
            of: Feed.Request.self, bufferingPolicy: .bufferingOldest(Feed.mostWaiting))
        let feed = Feed(
            profile: profile, clock: clock, store: store, listings: listings, link: link, mailbox: mailbox,
            requests: requests)
        return try await withThrowingTaskGroup(of: Leaving?.self) { group in
            group.addTask {
                await feed.run()
                return nil
            }
            group.addTask {
                if let news { for await item in news { mailbox.put(.host(item)) } }
                return nil
            }
            group.addTask {
                try await withTaskCancellationHandler {
                    try await draw(library, wakeup, mailbox, feed, continuation)
                } onCancel: {
                    mailbox.put(.ended)
                }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            return .leave
        }
    }

    /// Runs the loop on a thread of its own: it blocks while it waits for the terminal.
    private func draw(
        _ library: ThemeLibrary, _ wakeup: Wakeup, _ mailbox: Mailbox, _ feed: Feed,
        _ requests: AsyncStream<Feed.Request>.Continuation
    ) async throws -> Leaving {
        try await withCheckedThrowingContinuation { waiter in
            let thread = Thread {
                waiter.resume(
                    with: Result {
                        // What libraries print must not fall into the picture.
                        let errors = ErrorLog(profile.directory + "/.weir/log/console.log")
                        defer { errors.end() }
                        let screen = try Screen(
                            environment: environment, wakeup: wakeup, endsInOrder: profile.engine.endsWithConsole)
                        defer { screen.stop() }
                        var state = ConsoleState(
                            profile: profile, size: screen.size, now: ConsoleLoop.now,
                            theme: theme ?? ThemeLibrary.fallback, themes: library.names)
                        if let problem = library.problems.first { state.warn(problem) }
                        let loop = ConsoleLoop(
                            screen: screen, state: state, library: library, mailbox: mailbox, feed: feed,
                            requests: requests)
                        return loop.run()
                    })
                requests.finish()
            }
            thread.name = "weir.console"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }
}
