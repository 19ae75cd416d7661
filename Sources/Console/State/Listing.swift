/// A part of one of the store's long lists, which are read newest first.
package struct ListingQuery: Sendable, Hashable {
    /// The rows wanted of a list that is not filtered.
    package enum Part: Sendable, Hashable {
        case newest, oldest
        /// As many newer as older than the row of this number.
        case around(Int64)
    }
    package var kind: Listing.Kind
    package var part: Part
    /// With it the whole list is looked through, from the newest on.
    package var filter: Filter?

    package init(_ kind: Listing.Kind, part: Part = .newest, filter: Filter? = nil) {
        self.kind = kind
        self.part = part
        self.filter = filter
    }
}

/// Rows of the store that are shown as they are, newest first. The first column is the row's number, by which the
/// list is in order.
package struct Listing: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case events, deliveries, runs
    }
    package var query: ListingQuery
    package var titles: [String]
    package var rows: [[String]]
    /// The numbers at the ends of the whole list; 0 when it is empty.
    package var newest: Int64
    package var oldest: Int64
    /// How much of the list a filter has looked through.
    package var search = Search.whole

    package enum Search: Sendable, Hashable {
        case whole
        /// Down to this number, and it goes on.
        case through(Int64)
        /// There are more matches than are kept.
        case cut
    }

    package init(query: ListingQuery, titles: [String], rows: [[String]], newest: Int64, oldest: Int64) {
        self.query = query
        self.titles = titles
        self.rows = rows
        self.newest = newest
        self.oldest = oldest
    }

    static func number(_ row: [String]) -> Int64? { row.first.flatMap { Int64($0) } }

    /// Whether there are rows in the store before and after these. Nobody asks it of a filtered list.
    var hasNewer: Bool { rows.first.flatMap(Self.number).map { $0 < newest } ?? false }
    var hasOlder: Bool { rows.last.flatMap(Self.number).map { $0 > oldest } ?? false }

    /// How many rows the store has. Numbers are given without a gap, and only the oldest rows are ever removed.
    var total: Int64 { newest == 0 ? 0 : newest - oldest + 1 }
}
