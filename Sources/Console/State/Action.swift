/// What a key does. Each is in the key table once; help is made from that table.
package enum Action: Sendable, Hashable {
    case up, down, left, right, top, bottom, halfUp, halfDown, pageUp, pageDown
    case nextPane, previousPane, zoom
    case pane(Pane)
    case openOverview, openBackfills
    case open, openOwningRun, logs
    case back, quit, leave
    case help, command, filter, nextMatch, previousMatch
    case retry, retryDownstream, backfill, trigger, pauseOrResume, cancel
    case acknowledge, snooze
    case earlierAttempt, laterAttempt, follow, wrap
    case copy, copyRow, saveScreen
    case themes, mouse, checklist, suspend, redraw
    case list(Listing.Kind)
    case host(String)

    /// It changes something in the project, so that `--read-only` refuses it.
    var changes: Bool {
        switch self {
        case .retry, .retryDownstream, .backfill, .trigger, .pauseOrResume, .cancel, .acknowledge, .snooze, .host: true
        case .up, .down, .left, .right, .top, .bottom, .halfUp, .halfDown, .pageUp, .pageDown, .nextPane,
            .previousPane, .zoom, .pane, .openOverview, .openBackfills, .open, .openOwningRun, .logs, .back, .quit,
            .leave,
            .help, .command, .filter, .nextMatch, .previousMatch, .earlierAttempt, .laterAttempt, .follow, .wrap,
            .copy, .copyRow, .saveScreen, .themes, .mouse, .checklist, .suspend, .redraw, .list:
            false
        }
    }
}
