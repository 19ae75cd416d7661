/// The name that a person most likely meant by a mistyped one.
package enum NearestName {
    /// The candidate with the fewest edits to the text, if that is near enough to suggest: a third of its length, at
    /// least one edit and at most four. A table named without its schema is near its full name. Case is ignored.
    /// Equally near candidates: the first in alphabetical order.
    package static func of(_ text: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(text.lowercased().utf8)
        let limit = min(4, max(1, wanted.count / 3))
        var best: (name: String, edits: Int)?
        for candidate in candidates.sorted() {
            let name = candidate.lowercased()
            var edits = distance(wanted, Array(name.utf8))
            if !text.contains("."), let dot = name.lastIndex(of: ".") {
                edits = min(edits, distance(wanted, Array(name[name.index(after: dot)...].utf8)))
            }
            if edits <= limit, edits < best?.edits ?? .max { best = (candidate, edits) }
        }
        return best?.name
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other
    /// (optimal string alignment distance).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for (row, a) in left.enumerated() {
            var line = [row + 1] + [Int](repeating: 0, count: right.count)
            for (column, b) in right.enumerated() {
                var edits = min(last[column + 1] + 1, line[column] + 1, last[column] + (a == b ? 0 : 1))
                if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
                    edits = min(edits, beforeLast[column - 1] + 1)
                }
                line[column + 1] = edits
            }
            (beforeLast, last) = (last, line)
        }
        return last[right.count]
    }
}
