import DuckDB

/// A few rows as aligned text for a log, the columns that matter first.
struct TextTable {
    let text: String

    init(_ answer: TextRows, first: [String]) {
        let wanted = first.map { $0.lowercased() }
        let indices = answer.columns.indices.sorted { left, right in
            func place(_ index: Int) -> Int {
                wanted.firstIndex(of: answer.columns[index].name.lowercased()) ?? wanted.count
            }
            return (place(left), left) < (place(right), right)
        }.prefix(Self.widest)
        let header = indices.map { answer.columns[$0].name }
        let lines = [header] + answer.rows.map { row in indices.map { Self.cell(row[$0]) } }
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        text = lines.map { line in
            zip(line, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
                .joined(separator: "  ").trimmingSuffix(" ")
        }.joined(separator: "\n")
    }

    /// Columns.
    private static let widest = 10

    private static func cell(_ value: String?) -> String {
        guard let value else { return "NULL" }
        let line = value.replacing("\n", with: " ")
        return line.count > 40 ? line.prefix(39) + "…" : line
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        String(self[..<(lastIndex { $0 != character }.map { index(after: $0) } ?? startIndex)])
    }
}
