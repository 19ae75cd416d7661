package import Flow
import Lake

/// The newest that is known of the project: what the store holds and what a running engine tells.
package struct ConsoleData: Sendable, Hashable {
    /// nil until the store has been read once.
    package var overview: Overview?
    /// Why the store can't be read, in words fit for a screen.
    package var problem: String?
    package var link: LinkState = .connecting
    /// Live figures; nil without an engine.
    package var status: EngineStatus?
    /// The run that is open, with its attempts.
    package var run: RunDetail?
    package var listing: Listing?

    package init() {}

    /// Streams with live rates where an engine runs, else as the store last had them.
    var streams: [StreamStatus] { status?.streams ?? overview?.streams ?? [] }

    /// Whether nothing but the engine's age tells them apart.
    func saysTheSame(as other: ConsoleData) -> Bool {
        var other = other
        if let uptime = status?.uptimeSeconds { other.status?.uptimeSeconds = uptime }
        return other == self
    }

    func run(_ id: Int64) -> RunSummary? {
        if let run, run.run.id == id { return run.run }
        return overview?.runs.first { $0.id == id }
    }
    func backfill(_ id: Int64) -> BackfillSummary? { overview?.backfills.first { $0.id == id } }
    func live(run: Int64, step: String) -> LiveStep? {
        status?.steps.first { $0.run == run && $0.step == step }
    }
}

/// How the console stands with an engine.
package enum LinkState: Sendable, Hashable {
    case connecting
    /// This console is starting one.
    case starting
    case attached
    /// None runs; why, if a start was tried and failed.
    case absent(reason: String?)
    /// There was one, and it went away.
    case lost

    var isAttached: Bool { self == .attached }
    var hasReason: Bool {
        if case .absent(.some) = self { true } else { false }
    }
}

package struct RunDetail: Sendable, Hashable {
    package var run: RunSummary
    /// By step and number.
    package var attempts: [AttemptSummary]

    package init(run: RunSummary, attempts: [AttemptSummary]) {
        self.run = run
        self.attempts = attempts
    }
}

/// What reaches the console from outside: the newest of each kind replaces the one before it, but replies all count.
package enum FeedUpdate: Sendable {
    case overview(Overview)
    case problem(String?)
    case link(LinkState)
    /// Whose engine it turned out to be.
    case owner(EngineOwner)
    case status(EngineStatus)
    case run(RunDetail)
    case listing(Listing)
    case reply(ticket: Int, Outcome)
    /// Whoever runs the console has something to say.
    case host(HostNews)
    /// Whoever runs the console wants it to end.
    case ended

    /// It may show at the foot of the screen, whatever it does to the data.
    var isSaid: Bool {
        switch self {
        case .reply, .host, .link, .owner: true
        case .overview, .problem, .status, .run, .listing, .ended: false
        }
    }

    package enum Outcome: Sendable {
        case reply(EngineReply)
        /// A host's action, or something else that was done here: what a toast says.
        case done(String)
        case failed(String)
    }
}

/// What the console wants done that it can't do itself.
package enum Effect: Sendable, Hashable {
    /// Answered with `FeedUpdate.reply`.
    case send(EngineCommand, key: String, ticket: Int)
    /// Answered with `FeedUpdate.reply`.
    case hostAction(String, ticket: Int)
    /// Writes the picture of the screen into a file. Answered with `FeedUpdate.reply`.
    case saveScreen(ticket: Int)
    /// What to read besides the overview, from now on.
    case watch(run: Int64?, listing: ListingQuery?)
    case copy(String)
    case mouse(Bool)
    case useTheme(String)
    case suspend
    case redraw
    case allowSynchronizedOutput
    case quit(stopEngine: Bool)
}
