/// A table of the analytics database as it should be: what end users are served.
struct ServedTable {
    let name: String
    /// The columns that tell rows apart, `dt` first, then the others.
    let keys: [String]
    let values: [String]
    /// In the order of keys and values.
    let rows: [[Cell]]

    /// How a database differs from this, at most `limit` differences, in words; empty: not at all.
    func differences(in database: SQLiteFile, limit: Int) throws -> [String] {
        let columns = keys + values
        let served = try database.rows("SELECT \(columns.joined(separator: ", ")) FROM \(name)")
        var wanted: [[Cell]: [Cell]] = [:]
        for row in rows { wanted[Array(row[..<keys.count])] = Array(row[keys.count...]) }
        var differences: [(key: [Cell], text: String)] = []
        for row in served {
            let key = Array(row[..<keys.count])
            guard let expected = wanted.removeValue(forKey: key) else {
                differences.append((key, "\(place(key)): is served twice or should not be there"))
                continue
            }
            for (index, column) in values.enumerated() where row[keys.count + index] != expected[index] {
                let text = "\(place(key)): \(column) is \(row[keys.count + index]), should be \(expected[index])"
                differences.append((key, text))
            }
        }
        for key in wanted.keys { differences.append((key, "\(place(key)): is missing")) }
        differences.sort { left, right in left.key.lexicographicallyPrecedes(right.key, by: Cell.precedes) }
        return differences.prefix(limit).map(\.text)
    }

    private func place(_ key: [Cell]) -> String {
        name + " "
            + zip(keys, key).map { name, value in name == "dt" ? "\(value)" : "\(name) \(value)" }.joined(
                separator: " ")
    }
}

extension Cell {
    static func precedes(_ left: Cell, _ right: Cell) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        default: left.description < right.description
        }
    }
}
