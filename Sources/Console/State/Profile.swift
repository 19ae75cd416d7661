package import Foundation

/// What a console is told once, when it is made.
package struct Profile: Sendable {
    package var project: String
    /// The project's folder; shown in hints.
    package var directory: String
    package var timeZone: TimeZone
    /// Every change is refused, with a badge that says so.
    package var readOnly: Bool
    /// Whose engine it is, and so what quitting means for it.
    package var engine: EngineOwner
    /// What the host of the console adds to it, as `weir demo` does.
    package var hostActions: [HostAction]
    package var checklist: [ChecklistItem]
    /// Distinguishes this console's commands from every other one's.
    package var session: String

    package init(
        project: String, directory: String, timeZone: TimeZone, readOnly: Bool, engine: EngineOwner,
        hostActions: [HostAction] = [], checklist: [ChecklistItem] = [], session: String
    ) {
        self.project = project
        self.directory = directory
        self.timeZone = timeZone
        self.readOnly = readOnly
        self.engine = engine
        self.hostActions = hostActions
        self.checklist = checklist
        self.session = session
    }
}

package enum EngineOwner: Sendable, Hashable {
    /// It ran before: quitting leaves it alone.
    case somebody
    /// This console started it as a session of its own: quitting asks whether to leave it running.
    case startedHere
    /// It lives in this process: it ends with the console.
    case embedded
    /// It and all that belongs to it end with the console, as in a demonstration.
    case demonstration

    /// Whoever hosts the console has more to end than the console.
    var endsWithConsole: Bool {
        switch self {
        case .somebody, .startedHere: false
        case .embedded, .demonstration: true
        }
    }
}

/// A key that the console's host has put there. It is shown in help like every other one.
package struct HostAction: Sendable {
    package var name: String
    package var key: Unicode.Scalar
    package var title: String
    /// Does it and returns what a toast says. Runs off the thread that draws; what it throws is shown.
    package var run: @Sendable () async throws -> String

    package init(
        name: String, key: Unicode.Scalar, title: String, run: @escaping @Sendable () async throws -> String
    ) {
        self.name = name
        self.key = key
        self.title = title
        self.run = run
    }
}

/// What the console's host says of its own work, at the foot of the screen.
package enum HostNews: Sendable, Hashable {
    /// Goes away by itself.
    case said(String)
    /// It can't go on: stays.
    case failed(String)
}

/// One line of the list at the console's side, which ticks itself.
package struct ChecklistItem: Sendable, Hashable {
    /// What must have been seen for an item to be done.
    package enum Milestone: Sendable, Hashable {
        /// Records were delivered while somebody watched.
        case watched
        case openedFailedRun
        /// The host's action of this name succeeded.
        case hostAction(String)
        /// A run that was retried from here has succeeded.
        case retried
        /// A backfill that was started from here has ended, with no day failed.
        case backfilled
    }
    package var title: String
    /// The keys to press, in a few words.
    package var hint: String
    package var milestone: Milestone

    package init(title: String, hint: String, milestone: Milestone) {
        self.title = title
        self.hint = hint
        self.milestone = milestone
    }
}
