/// What a piece of the screen means. Panes ask for roles; themes say how they look.
package enum Role: String, CaseIterable, Sendable {
    case background = "ui.background"
    case text = "ui.text"
    case dim = "ui.dim"
    case border = "ui.border"
    case focusedBorder = "ui.border.focused"
    case title = "ui.title"
    case heading = "ui.heading"
    case selection = "ui.selection"
    case header = "ui.header"
    case key = "ui.key"
    case badge = "ui.badge"
    case field = "ui.field"
    case focusedField = "ui.field.focused"
    case cursor = "ui.cursor"
    case match = "ui.match"

    case ok = "state.ok"
    case running = "state.running"
    case queued = "state.queued"
    case waiting = "state.waiting"
    case retrying = "state.retrying"
    case failed = "state.failed"
    case timedOut = "state.timedout"
    case cancelled = "state.cancelled"
    case skipped = "state.skipped"
    case paused = "state.paused"
    case stale = "state.stale"

    case critical = "sev.critical"
    case warning = "sev.warning"
    case info = "sev.info"

    case logError = "log.error"
    case logWarning = "log.warning"
    case logText = "log.text"
    case logDetail = "log.detail"

    case number = "data.number"
    case absent = "data.absent"

    case rate = "ingest.rate"
    case spark = "ingest.spark"

    case heat0 = "heat.0"
    case heat1 = "heat.1"
    case heat2 = "heat.2"
    case heat3 = "heat.3"
    case heat4 = "heat.4"
    case heat5 = "heat.5"

    case ganttWait = "gantt.wait"
    case ganttNow = "gantt.now"

    /// 0…5 for a share of the greatest.
    static func heat(_ share: Double) -> Role {
        switch share {
        case ...0: .heat0
        case ...0.2: .heat1
        case ...0.4: .heat2
        case ...0.6: .heat3
        case ...0.8: .heat4
        default: .heat5
        }
    }

    /// Its place in a theme's list of styles.
    var index: Int { Self.indexes[self] ?? 0 }
    private static let indexes = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}
