/// A part of the screen that can have the focus.
package enum Pane: String, Sendable, Hashable, CaseIterable {
    case ingestion, alerts, workflows, catalog
    case steps, log
    case backfills, calendar
    case listing

    static let overview: [Pane] = [.ingestion, .alerts, .workflows, .catalog]
    static let run: [Pane] = [.steps, .log]
    static let backfill: [Pane] = [.backfills, .calendar]

    var title: String {
        switch self {
        case .ingestion: "Ingestion"
        case .alerts: "Alerts"
        case .workflows: "Workflows"
        case .catalog: "Catalog"
        case .steps: "Steps"
        case .log: "Log"
        case .backfills: "Backfills"
        case .calendar: "Days"
        case .listing: "List"
        }
    }
}

/// What the screen as a whole shows.
package enum Place: Sendable, Hashable {
    case overview
    case run(Int64)
    case backfills
    case listing(Listing.Kind)

    var panes: [Pane] {
        switch self {
        case .overview: Pane.overview
        case .run: Pane.run
        case .backfills: Pane.backfill
        case .listing: [.listing]
        }
    }
}
