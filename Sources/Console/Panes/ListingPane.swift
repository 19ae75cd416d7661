import Terminal

extension ConsoleState {
    /// Rows of the store as they are: events, deliveries, runs.
    func drawListing(on canvas: inout Canvas, in rect: Rect) {
        guard case .listing(let kind) = place else { return }
        let rows = listingRows
        let title = kind.rawValue.prefix(1).uppercased() + kind.rawValue.dropFirst()
        let note = listingNote.map { [Canvas.Span($0, .dim)] } ?? []
        let inner = frame(.listing, on: &canvas, in: rect, title: title, note: note)
        guard !rows.isEmpty else {
            canvas.empty(emptied(.listing, [[Canvas.Span("none yet", .dim)]]), in: inner)
            return
        }
        let widths = kind.titles.indices.map { column in
            min(40, rows.prefix(200).map { Glyphs.columns(of: $0[column]) }.max() ?? 4)
        }
        let table = Table(
            columns: kind.titles.enumerated().map { index, title in
                .init(
                    title, max(title.count, index == kind.titles.count - 1 ? 8 : widths[index]),
                    grows: index == kind.titles.count - 1 ? 1 : 0, priority: index)
            })
        let list = list(.listing)
        table.draw(
            on: &canvas, in: inner, count: rows.count, offset: list.offset, selected: list.index, focused: true
        ) { index in rows[index].map { .text($0) } }
    }

    /// Where the focus is in the whole list, or how far a filter has come.
    private var listingNote: String? {
        guard let listing = data.listing, listing.query == listingAsked else { return "reading" }
        let rows = listing.rows
        guard listing.query.filter == nil else {
            let matches = Figures.exact(Int64(rows.count))
            switch listing.search {
            case .whole: return "\(matches) of \(Figures.exact(listing.total))"
            case .cut: return "the newest \(matches) that match"
            case .through(let number):
                return "\(matches) so far, \(Figures.exact(listing.newest - number + 1)) of"
                    + " \(Figures.exact(listing.total)) read"
            }
        }
        guard rows.indices.contains(list(.listing).index),
            let number = Listing.number(rows[list(.listing).index])
        else { return nil }
        return "\(Figures.exact(listing.newest - number + 1)) of \(Figures.exact(listing.total))"
    }
}
