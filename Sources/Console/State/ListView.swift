/// Where an operator is in a list. Until somebody chooses an item the first one has the focus, whichever that is;
/// a chosen one keeps it while others come and go around it. Going to the top lets go of it again.
struct ListView: Sendable, Hashable {
    private(set) var selected: String?
    private var isChosen = false
    private(set) var index = 0
    private(set) var offset = 0
    var filter: Filter?

    /// Finds the selected item among those that there are now, and keeps it in sight.
    mutating func settle(_ items: [String], room: Int) {
        guard !items.isEmpty else {
            // The name is kept: the item may be back with the next reading.
            index = 0
            offset = 0
            return
        }
        if isChosen, let selected, let found = items.firstIndex(of: selected) {
            index = found
        } else {
            index = isChosen ? min(max(0, index), items.count - 1) : 0
            selected = items[index]
        }
        let room = max(1, room)
        if index < offset { offset = index }
        if index >= offset + room { offset = index - room + 1 }
        offset = max(0, min(offset, items.count - room))
    }

    mutating func select(_ position: Int, of items: [String]) {
        guard !items.isEmpty else { return }
        index = min(max(0, position), items.count - 1)
        selected = items[index]
        isChosen = index > 0
    }

    mutating func select(item: String) {
        selected = item
        isChosen = true
    }
}
