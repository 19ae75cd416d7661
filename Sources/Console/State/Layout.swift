import Flow
import Terminal

/// Where everything is on a screen of this size. Drawing, scrolling and the mouse all ask here.
struct Layout {
    static let least = Size(columns: 40, rows: 10)

    let size: Size
    /// One pane at a time.
    let isCompact: Bool
    /// The rows of the header, the hints and the notices.
    let headerRows: Int
    let footerRows: Int
    let body: Rect
    private(set) var checklist: Rect?
    private(set) var panes: [Pane: Rect] = [:]
    private(set) var logWidth = 0
    private(set) var logRoom = 0

    init(_ state: ConsoleState) {
        size = state.size
        isCompact = size.columns < 72 || size.rows < 18
        headerRows = isCompact ? 1 : 2
        footerRows = isCompact ? 1 : 2
        var room = Rect(x: 0, y: headerRows, width: size.columns, height: size.rows - headerRows - footerRows)
        if !state.profile.checklist.isEmpty, state.showsChecklist, size.columns >= 110, !isCompact {
            checklist = Rect(x: room.maxX - 32, y: room.y, width: 32, height: room.height)
            room.width -= 32
        }
        body = room
        if isCompact || state.zoomed {
            panes = [state.pane: room]
        } else {
            switch state.place {
            case .overview: panes = Self.overview(room)
            case .run: panes = Self.run(room, steps: state.stepRows.count)
            case .backfills: panes = Self.backfills(room)
            case .listing: panes = [.listing: room]
            }
        }
        guard let log = panes[.log] else { return }
        logWidth = log.width - 3
        let errors = min(state.errorLines(width: logWidth).count, max(1, (log.height - 2) / 2))
        // Under the error stands a line of attempts.
        logRoom = max(0, log.height - 2 - errors - 1)
    }

    private static func overview(_ room: Rect) -> [Pane: Rect] {
        let top = min(14, max(8, room.height * 2 / 5))
        let half = room.width / 2
        let left = room.width * 16 / 25
        return [
            .ingestion: Rect(x: room.x, y: room.y, width: half, height: top),
            .alerts: Rect(x: room.x + half, y: room.y, width: room.width - half, height: top),
            .workflows: Rect(x: room.x, y: room.y + top, width: left, height: room.height - top),
            .catalog: Rect(x: room.x + left, y: room.y + top, width: room.width - left, height: room.height - top),
        ]
    }

    private static func run(_ room: Rect, steps: Int) -> [Pane: Rect] {
        let top = min(max(6, steps + 3), room.height * 3 / 5)
        return [
            .steps: Rect(x: room.x, y: room.y, width: room.width, height: top),
            .log: Rect(x: room.x, y: room.y + top, width: room.width, height: room.height - top),
        ]
    }

    private static func backfills(_ room: Rect) -> [Pane: Rect] {
        let left = min(52, room.width * 2 / 5)
        return [
            .backfills: Rect(x: room.x, y: room.y, width: left, height: room.height),
            .calendar: Rect(x: room.x + left, y: room.y, width: room.width - left, height: room.height),
        ]
    }

    /// How many items of a pane can be seen at once.
    func room(of pane: Pane, in rect: Rect) -> Int {
        let lines = rect.height - 2
        switch pane {
        case .ingestion: return max(1, lines - 1 - (lines >= 5 ? 1 : 0))
        case .alerts: return max(1, lines / alertHeight(in: rect))
        case .workflows, .steps, .backfills, .listing: return max(1, lines - 1)
        case .catalog: return max(1, lines - 1 - (lines >= 7 ? 3 : 0))
        case .log, .calendar: return max(1, lines)
        }
    }

    /// An alert takes a line for what and when, and one for why where there is room.
    func alertHeight(in rect: Rect) -> Int { rect.height >= 6 ? 2 : 1 }

    /// The index of the item under a place of the screen.
    func item(at y: Int, x: Int, of pane: Pane, in rect: Rect, _ state: ConsoleState) -> Int? {
        let line = y - rect.y - 1
        guard line >= 0, line < rect.height - 2 else { return nil }
        let offset = state.list(pane).offset
        switch pane {
        case .ingestion, .workflows, .steps, .backfills, .listing: return line >= 1 ? offset + line - 1 : nil
        case .alerts: return offset + line / alertHeight(in: rect)
        case .catalog:
            let head = rect.height - 2 >= 7 ? 4 : 1
            return line >= head ? offset + line - head : nil
        case .calendar:
            let calendar = Calendar(days: state.dayRows.map(\.interval), room: Calendar.room(in: rect.inset()))
            return calendar.index(x: x - rect.x - 1, y: line, selected: state.list(.calendar).index)
        case .log: return nil
        }
    }
}
