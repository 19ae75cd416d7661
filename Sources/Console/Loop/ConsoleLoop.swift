import Flow
import Foundation
import Terminal

/// The thread that draws: waits for input, signals and news, takes in all there is, then shows at most one picture.
/// It touches nothing but the terminal.
final class ConsoleLoop {
    private let screen: Screen
    private let mailbox: Mailbox
    private let feed: Feed
    private let requests: AsyncStream<Feed.Request>.Continuation
    private let library: ThemeLibrary
    private var state: ConsoleState
    private var theme: Theme
    private var decoder = InputDecoder()
    private var leaving: Leaving?
    private var drawnAt: Int64 = 0
    /// Something is known that the picture does not show.
    private var isOutdated = true

    init(
        screen: Screen, state: ConsoleState, library: ThemeLibrary, mailbox: Mailbox, feed: Feed,
        requests: AsyncStream<Feed.Request>.Continuation
    ) {
        self.screen = screen
        self.state = state
        self.library = library
        self.mailbox = mailbox
        self.feed = feed
        self.requests = requests
        theme = Self.theme(state.theme, library, screen.traits)
    }

    /// Works until the operator leaves or the terminal is gone.
    func run() -> Leaving {
        screen.setMouse(state.mouse)
        while leaving == nil {
            state.tick(now: Self.now)
            if mayDraw {
                screen.present(state.draw(theme: theme))
                drawnAt = Self.moment
                isOutdated = false
            }
            turn()
        }
        return leaving ?? .leave
    }

    private func turn() {
        let events = screen.wait(milliseconds: patience)
        if events.contains(.closed) || events.contains(.askedToEnd) {
            leaving = .leave
            return
        }
        if events.contains(.continued) { takeAgain() }
        if events.contains(.resized) {
            screen.remeasure()
            state.resize(to: screen.size)
        }
        isOutdated = isOutdated || events.contains(.continued) || events.contains(.resized) || events.contains(.input)
        state.tick(now: Self.now)
        if events.contains(.askedToStop) { suspend() }
        if events.contains(.input) { takeInput() }
        handle(decoder.expire(at: Self.moment))
        feed.link.attend(state.attended)
        let before = state.data
        for news in mailbox.take() {
            if news.isSaid { isOutdated = true }
            perform(state.update(news))
        }
        isOutdated = isOutdated || !state.data.saysTheSame(as: before)
    }

    /// All input that waits, so that a burst of keys is drawn once.
    private func takeInput() {
        for _ in 0..<64 {
            guard let bytes = screen.read() else {
                leaving = .leave
                return
            }
            handle(decoder.feed(bytes, at: Self.moment))
            guard leaving == nil, screen.hasInput else { return }
        }
    }

    private func handle(_ inputs: [Input]) {
        for input in inputs where leaving == nil { perform(state.handle(input, at: Self.moment)) }
    }

    private var mayDraw: Bool { state.attended || Self.moment - drawnAt >= restfulPause }
    /// While the window has not the keyboard, a picture every two seconds is enough for whoever glances at it, and where
    /// nothing happens one every ten.
    private var restfulPause: Int64 { isOutdated ? 2000 : 10_000 }

    /// Milliseconds until something must be done without anybody's asking: a clock's tick, or a lone escape.
    private var patience: Int {
        // Clocks and countdowns move by the second.
        let tick =
            state.attended ? 1000 - Int(Self.now % 1000) : Int(max(1, drawnAt + restfulPause - Self.moment))
        guard let deadline = decoder.deadline else { return tick }
        return min(tick, max(0, Int(deadline - Self.moment)))
    }

    private func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .send(let command, let key, let ticket): request(.send(command, key: key, ticket: ticket), ticket)
            case .hostAction(let name, let ticket): request(.hostAction(name, ticket: ticket), ticket)
            case .saveScreen(let ticket):
                request(.saveScreen(state.draw(theme: theme).text, ticket: ticket), ticket)
            case .watch(let run, let listing):
                feed.store.watch(StoreReader.Interest(run: run))
                feed.listings.watch(listing)
            case .copy(let text): screen.copy(text)
            case .mouse(let on): screen.setMouse(on)
            case .useTheme(let name): theme = Self.theme(name, library, screen.traits)
            case .suspend: suspend()
            case .redraw: screen.remeasure()
            case .allowSynchronizedOutput: screen.allowSynchronizedOutput()
            case .quit(let stopEngine): leaving = stopEngine ? .stopEngine : .leave
            }
        }
    }

    private func request(_ request: Feed.Request, _ ticket: Int) {
        if case .dropped = requests.yield(request) {
            _ = state.update(.reply(ticket: ticket, .failed("too much is asked for at once: try again")))
        }
    }

    private func suspend() {
        screen.suspend()
        state.resize(to: screen.size)
    }

    private func takeAgain() {
        screen.takeAgain()
        state.resize(to: screen.size)
    }

    private static func theme(_ name: String, _ library: ThemeLibrary, _ traits: TerminalTraits) -> Theme {
        let wanted = traits.tier == .mono ? ThemeLibrary.mono : name
        // Whoever asks has the name from the library, and what is shipped is tried by tests.
        guard let theme = (try? library.theme(wanted)) ?? (try? library.theme(ThemeLibrary.fallback)) else {
            preconditionFailure("the theme \(ThemeLibrary.fallback) is damaged")
        }
        return traits.ascii ? theme.inASCII() : theme
    }

    /// Milliseconds since 1970, and of a clock that never goes back.
    static var now: Int64 { read(CLOCK_REALTIME) }
    private static var moment: Int64 { read(CLOCK_MONOTONIC) }
    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
