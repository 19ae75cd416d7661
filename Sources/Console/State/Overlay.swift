import Flow
import Terminal

/// What lies over the screen and takes all keys while it does.
enum Overlay: Sendable, Hashable {
    case help(HelpView)
    case command(CommandLine)
    case filter(Pane, TextField)
    case form(BackfillForm)
    case confirmation(Confirmation)
    case themes(ThemePicker)
    case detail(DetailView)
    case leaving
}

/// The list of keys, searchable; `enter` does what is chosen.
struct HelpView: Sendable, Hashable {
    var query = TextField()
    var index = 0
    var offset = 0
}

/// A question before something wide or final is done.
struct Confirmation: Sendable, Hashable {
    enum Answer: Sendable, Hashable {
        /// `y`; everything else is no.
        case yes
        /// The name, typed whole.
        case name(String)
    }
    /// What it will touch.
    var lines: [String]
    var answer: Answer
    var typed = TextField()
    var command: EngineCommand
    var purpose: Purpose
    /// Said while it is on its way.
    var notice: String
}

/// Themes to choose from; the one under the cursor is shown at once.
struct ThemePicker: Sendable, Hashable {
    var index: Int
    var before: String
}

/// More about the chosen row than fits in it.
struct DetailView: Sendable, Hashable {
    var title: String
    var lines: [String]
    var offset = 0
}

/// What a reply is for.
enum Purpose: Sendable, Hashable {
    /// Its words are shown.
    case tell
    case retry(Int64)
    case plan(BackfillRequest)
    case startBackfill
    case startRun
    case hostAction(String)
    case stopEngine
}
