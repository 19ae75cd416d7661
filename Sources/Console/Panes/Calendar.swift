import Lake
import Terminal

/// Days laid out by weeks, Monday at the top; hours laid out by days. Pure geometry: drawing and the mouse share it.
struct Calendar {
    /// The label at the left, and what a cell takes.
    static let label = 6
    static let cell = 2

    private let days: [Interval]
    private let room: Size
    private let byHour: Bool
    private let origin: Int

    init(days: [Interval], room: Size) {
        self.days = days
        self.room = room
        byHour = days.first?.hour != nil
        let first = days.first?.day ?? 0
        origin = byHour ? first : first - Self.weekday(first)
    }

    /// The room for cells inside a pane, under the line of months.
    static func room(in rect: Rect) -> Size { Size(columns: rect.width - 2, rows: min(rect.height, 8)) }

    /// 0 is Monday. 1970-01-01 was a Thursday.
    static func weekday(_ day: Int) -> Int { ((day + 3) % 7 + 7) % 7 }

    var rows: Int { byHour ? min(room.rows - 1, (days.last?.day ?? 0) - origin + 1) : 7 }
    private var visibleColumns: Int { max(1, (room.columns - Self.label) / Self.cell) }
    private var visibleRows: Int { max(1, room.rows - 1) }

    /// The first week, or the first day, that is shown, so that the selected one is in sight.
    private func first(_ selected: Int) -> Int {
        guard days.indices.contains(selected), let last = days.last else { return 0 }
        if byHour {
            let count = last.day - origin + 1
            return min(max(0, days[selected].day - origin - visibleRows / 2), max(0, count - visibleRows))
        }
        let count = (last.day - origin) / 7 + 1
        return min(max(0, (days[selected].day - origin) / 7 - visibleColumns / 2), max(0, count - visibleColumns))
    }

    /// Where a day is, from the room's corner; nil when it is out of sight.
    func place(_ index: Int, selected: Int) -> (x: Int, y: Int)? {
        let day = days[index]
        let first = first(selected)
        let column = byHour ? day.hour ?? 0 : (day.day - origin) / 7 - first
        let row = byHour ? day.day - origin - first : Self.weekday(day.day)
        guard (0..<visibleColumns).contains(column), (0..<visibleRows).contains(row) else { return nil }
        return (Self.label + column * Self.cell, 1 + row)
    }

    func index(x: Int, y: Int, selected: Int) -> Int? {
        days.indices.first { index in
            guard let place = place(index, selected: selected) else { return false }
            return place.y == y && (place.x..<place.x + Self.cell).contains(x)
        }
    }

    /// Names of months over the weeks in which they begin, or hours.
    func heads(selected: Int) -> [(x: Int, text: String)] {
        if byHour {
            return stride(from: 0, to: 24, by: 6).map { (Self.label + $0 * Self.cell, Figures.two(Int64($0))) }
        }
        var heads: [(x: Int, text: String)] = []
        var month = 0
        let first = first(selected)
        for day in days {
            let date = CivilDate(days: day.day)
            guard date.month != month else { continue }
            month = date.month
            let column = (day.day - origin) / 7 - first
            // A month that begins hard after another one stands a little to the right.
            let x = max(Self.label + column * Self.cell, (heads.last?.x ?? -9) + 4)
            guard (0..<visibleColumns).contains(column), x + 3 <= room.columns else { continue }
            heads.append((x, Self.months[date.month - 1]))
        }
        return heads
    }

    func labels(selected: Int) -> [(y: Int, text: String)] {
        if byHour {
            let first = first(selected)
            return (0..<max(0, min(visibleRows, rows))).map {
                (1 + $0, String(Interval(day: origin + first + $0).date.dropFirst(5)))
            }
        }
        return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].enumerated().map { (1 + $0.offset, $0.element) }
    }

    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
