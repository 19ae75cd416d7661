/// What a first look at a batch finds: the columns that its records need, and the partitions that they touch.
package struct RecordSurvey: Sendable, Hashable {
    /// The table's columns, some of them widened, and after them the batch's new ones in the order of appearance.
    package var columns: [ScanColumn]
    /// Days or hours since 1970 in local time, in order.
    package var partitions: [Int]

    /// Reads the whole batch. `layout.columns` are the table's so far; the time column need not be among them.
    ///
    /// A field that no column has yet becomes a column by its values in this batch. Where at least two thirds of
    /// them are numbers it is BIGINT, or DOUBLE as soon as one has a fraction; likewise BOOLEAN; the odd ones are
    /// then dirt, and their lines will be rejected. Otherwise it is VARCHAR, which any value fits: as text, or as
    /// the JSON that it is. BIGINT widens to DOUBLE later too; no other type of a table ever changes. A field that
    /// was always null is no column yet. `checking` is called now and then, and ends the survey by throwing. Throws
    /// `DuckDBError`.
    package init(
        _ batch: RecordBatch, _ layout: RecordLayout, checking: () throws -> Void = {}
    ) throws {
        var layout = layout
        if let time = layout.timeField { layout.claim(time: time) }
        let known = layout.columns.count
        let reader = try RecordReader(layout, growing: true)
        var votes = [Votes](repeating: Votes(), count: known)
        var touched: Set<Int> = []
        var last: Int?
        try batch.eachLine(before: checking) { start, end, arrival in
            guard reader.read(start, end, arrival: arrival) == nil else { return }
            let partition = reader.partition()
            if partition != last {
                touched.insert(partition)
                last = partition
            }
            guard layout.format != .combined else { return }
            let count = reader.layout.columns.count
            while votes.count < count { votes.append(Votes()) }
            let values = reader.values
            votes.withUnsafeMutableBufferPointer { votes in
                for column in 0..<count { votes[column].take(values[column]) }
            }
        }
        partitions = touched.sorted()
        columns = zip(reader.layout.columns, votes).enumerated().compactMap { number, entry in
            let (column, votes) = entry
            guard number < known else {
                let kind = layout.declaredKind(of: column.name) ?? votes.kind
                return kind.map { ScanColumn(name: column.name, kind: $0) }
            }
            let widens = column.kind == .bigint && votes.reals > 0
            return widens ? ScanColumn(name: column.name, kind: .double) : column
        }
        if layout.format == .combined { columns = layout.columns }
    }

    /// What the values of a column in a batch are.
    private struct Votes {
        var integers = 0
        /// Integers beyond 64 bits, which only DOUBLE can hold, inexactly: they alone make no column one.
        var large = 0
        var reals = 0
        var booleans = 0
        var others = 0

        @inline(__always)
        mutating func take(_ value: FieldValue) {
            switch value.kind {
            case .missing, .null: break
            case .integer:
                if value.count > 18, NumberText.integer(value.start, value.count) == nil {
                    large += 1
                } else {
                    integers += 1
                }
            case .real: reals += 1
            case .isTrue, .isFalse: booleans += 1
            case .string, .escaped, .doubled, .nested: others += 1
            }
        }

        var kind: ScanColumn.Kind? {
            let numbers = integers + large + reals
            let total = numbers + booleans + others
            if total == 0 { return nil }
            if numbers * 3 >= total * 2 { return reals > 0 || integers == 0 ? .double : .bigint }
            return booleans * 3 >= total * 2 ? .boolean : .varchar
        }
    }
}

extension RecordLayout {
    /// Makes sure that there is a column for the time, of its type.
    package mutating func claim(time name: String) {
        if let column = columns.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) {
            columns[column].kind = .timestamp
        } else {
            columns.append(ScanColumn(name: name, kind: .timestamp))
        }
    }
}
