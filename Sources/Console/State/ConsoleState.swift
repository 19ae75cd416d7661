import Flow
import Lake
package import Terminal

/// The whole console as a value: what it knows, where the operator is, what lies on top. Keys and news go in by
/// `handle` and `update`; what can't be done in here comes out as effects; `draw` makes a picture of it.
package struct ConsoleState: Sendable {
    package let profile: Profile
    package internal(set) var size: Size
    /// Milliseconds since 1970, as of the last event or tick.
    package internal(set) var now: Int64
    package internal(set) var data = ConsoleData()
    package internal(set) var place = Place.overview
    package internal(set) var theme: String
    package internal(set) var mouse = true

    var owner: EngineOwner
    let keys: KeyTable
    let clock: Clock
    let themes: [String]
    var trail: [Place] = []
    var overviewPane = Pane.workflows
    var runPane = Pane.steps
    var backfillPane = Pane.calendar
    var lists: [Pane: ListView] = [:]
    /// The part of a long list that is wanted, and the one that was asked for last.
    var listingPart = ListingQuery.Part.newest
    var listingAsked: ListingQuery?
    var zoomed = false
    var run = RunView()
    var overlay: Overlay?
    var notices = Notices()
    /// Why the console's host can't go on.
    var hostFailure: String?
    var afterG = false
    var retries = RetryGuard()
    var history: [String] = []
    var showsChecklist = true
    var done: Set<ChecklistItem> = []
    /// Runs that were retried, and backfills that were started, from here.
    var retried: Set<Int64> = []
    var begun: Set<Int64> = []
    /// How often a retry of a run was refused.
    var refusals: [Int64: Int] = [:]
    /// Replies that are still to come, by ticket.
    var pending: [Int: Purpose] = [:]
    var lastTicket = 0
    /// The terminal's window has the keyboard.
    package internal(set) var attended = true

    package init(
        profile: Profile, size: Size, now: Int64, theme: String = ThemeLibrary.fallback,
        themes: [String] = [ThemeLibrary.fallback]
    ) {
        self.profile = profile
        self.size = size
        self.now = now
        self.theme = theme
        self.themes = themes
        owner = profile.engine
        keys = KeyTable(hostActions: profile.hostActions)
        clock = Clock(profile.timeZone)
    }

    /// The pane with the focus.
    package internal(set) var pane: Pane {
        get {
            switch place {
            case .overview: overviewPane
            case .run: runPane
            case .backfills: backfillPane
            case .listing: .listing
            }
        }
        set {
            switch place {
            case .overview: overviewPane = newValue
            case .run: runPane = newValue
            case .backfills: backfillPane = newValue
            case .listing: break
            }
        }
    }

    func list(_ pane: Pane) -> ListView { lists[pane] ?? ListView() }

    /// Time has come to this moment.
    package mutating func tick(now: Int64) {
        self.now = now
        notices.expire(now: now)
    }

    /// Says something at the foot of the screen, as a failure that stays a while.
    package mutating func warn(_ text: String) { notices.show(text, .failed, now: now) }

    package mutating func resize(to size: Size) {
        self.size = size
        settle()
    }

    /// Takes news in; may want something done, such as a question that waited for its answer.
    package mutating func update(_ news: FeedUpdate) -> [Effect] {
        var effects: [Effect] = []
        switch news {
        case .overview(let overview):
            data.overview = overview
            data.problem = nil
            if case .form(var form) = overlay, form.workflows != overview.workflows {
                form.offer(overview.workflows)
                overlay = .form(form)
                effects = price()
            }
        case .problem(let problem): data.problem = problem
        case .link(let link):
            tell(link)
            data.link = link
            if !link.isAttached { data.status = nil }
        case .owner(let owner): self.owner = owner
        case .status(let status): data.status = status
        case .run(let detail):
            guard case .run(detail.run.id) = place else { break }
            data.run = detail
            run.focusOnFailure(in: detail, list: &lists[.steps, default: ListView()])
        case .listing(let listing): take(listing)
        case .reply(let ticket, let outcome): effects = take(outcome, for: ticket)
        case .host(.said(let words)): notices.show(words, .said, now: now)
        case .host(.failed(let words)): hostFailure = words
        case .ended: effects = [.quit(stopEngine: false)]
        }
        settle()
        return effects + askForRows()
    }

    /// Puts selections where their items are now, and ticks what has been reached.
    mutating func settle() {
        if list(.calendar).selected == nil { chooseDay() }
        let layout = Layout(self)
        for (pane, rect) in layout.panes where pane != .log {
            lists[pane, default: ListView()].settle(items(of: pane), room: layout.room(of: pane, in: rect))
        }
        // Panes that are out of sight keep their selection too, for the keys that act on it.
        for pane in place.panes where layout.panes[pane] == nil && pane != .log {
            lists[pane, default: ListView()].settle(items(of: pane), room: 1)
        }
        run.settle(
            lines: logLines(width: layout.logWidth).count, room: layout.logRoom, isWritten: isLogWritten)
        for item in profile.checklist where !done.contains(item) && isReached(item.milestone) { done.insert(item) }
    }

    /// A backfill is entered where something is wrong, else where it is at work.
    private mutating func chooseDay() {
        let days = dayRows
        let day =
            days.first { $0.state == .failed || $0.state == .dead } ?? days.first { $0.state == .running } ?? days.last
        if let day { lists[.calendar, default: ListView()].select(item: day.interval.description) }
    }

    private mutating func tell(_ link: LinkState) {
        switch (data.link, link) {
        case (.attached, .lost):
            notices.show("the engine went away: see .weir/log/engine.log", .failed, now: now)
        case (.lost, .attached): notices.show("an engine is back", .done, now: now)
        case (.starting, .absent(.some(let reason))): notices.show(reason, .failed, now: now)
        case (.connecting, _), (.starting, _), (.attached, _), (.absent, _), (.lost, _): break
        }
    }

    private func isReached(_ milestone: ChecklistItem.Milestone) -> Bool {
        switch milestone {
        case .watched: return data.streams.contains { $0.delivered > 0 }
        case .openedFailedRun:
            guard case .run(let id) = place else { return false }
            return data.run(id)?.state == .failed
        case .hostAction: return false
        case .retried: return retried.contains { data.run($0)?.state == .succeeded }
        case .backfilled: return begun.contains { data.backfill($0)?.state == .succeeded }
        }
    }
}

/// Where an operator is in a run.
struct RunView: Sendable, Hashable {
    /// The attempt that is shown; nil: the newest.
    var attempt: Int?
    var offset = 0
    /// nil: the end of a log that is being written, the beginning of one that is done.
    var follows: Bool?
    var wraps = true
    /// The failed step is chosen as soon as it is known.
    var awaitsFailure = true

    mutating func focusOnFailure(in detail: RunDetail, list: inout ListView) {
        guard awaitsFailure else { return }
        awaitsFailure = false
        let wanted =
            detail.run.failedStep ?? detail.run.steps.first { $0.state.isFailure }?.name
            ?? detail.run.steps.first { $0.state == .retrying || $0.state == .running }?.name
        if let wanted { list.select(item: wanted) }
    }

    mutating func settle(lines: Int, room: Int, isWritten: Bool) {
        let last = max(0, lines - max(1, room))
        offset = follows ?? isWritten ? last : min(max(0, offset), last)
    }
}
