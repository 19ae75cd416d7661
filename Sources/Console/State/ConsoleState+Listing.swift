// The part of a long list that is at hand follows the focus.
extension ConsoleState {
    /// So near to the end of the rows at hand, the ones beyond them are wanted.
    static let listingMargin = 150

    /// Takes rows in.
    mutating func take(_ listing: Listing) {
        let isEnd = listing.query.part == .oldest && data.listing?.query != listing.query
        data.listing = listing
        if isEnd, listing.query == listingAsked {
            lists[.listing, default: ListView()].select(listing.rows.count - 1, of: items(of: .listing))
        }
    }

    /// Asks for the rows around the focus when others are at hand.
    mutating func askForRows() -> [Effect] {
        guard case .listing(let kind) = place else {
            listingAsked = nil
            return []
        }
        let filter = list(.listing).filter
        // What was asked for and is not here yet is on its way.
        if filter == nil, let listing = data.listing, listing.query == listingAsked { moveOn(in: listing) }
        let query = ListingQuery(kind, part: filter == nil ? listingPart : .newest, filter: filter)
        guard query != listingAsked else { return [] }
        listingAsked = query
        return [.watch(run: nil, listing: query)]
    }

    private mutating func moveOn(in listing: Listing) {
        let index = list(.listing).index
        guard listing.rows.indices.contains(index), let number = Listing.number(listing.rows[index]) else { return }
        guard listing.query.filter == nil else {
            // The filter has gone: the row that it found stays in sight, among its neighbours.
            listingPart = index == 0 ? .newest : .around(number)
            return
        }
        // Somebody has gone to one of the ends, and has not left it since.
        if listingPart == .newest, listing.query.part != .newest { return }
        if listingPart == .oldest, listing.query.part != .oldest, listing.hasOlder { return }
        let isNearOlder = listing.hasOlder && index >= listing.rows.count - Self.listingMargin
        let isNearNewer = listing.hasNewer && index < Self.listingMargin
        if isNearOlder || isNearNewer {
            listingPart = .around(number)
        } else if index == 0 {
            listingPart = .newest
        }
    }
}
