/// Reads lines of a batch into the values of a layout's columns. Used by one thread.
final class RecordReader {
    /// One for each column, as of the last line.
    let values: UnsafeMutablePointer<FieldValue>
    /// The time of the last line, in microseconds since 1970 UTC.
    private(set) var time = 0
    /// Where the last line's time stands; it needn't be read twice.
    private var timeStart: Bytes?
    private(set) var layout: RecordLayout

    /// A field that no column has becomes one, as text.
    private let growing: Bool
    private var clock: ZoneClock
    private var line = JSONLine()
    private var index: ColumnIndex
    private let ignored: [[UInt8]]
    private let timeColumn: Int?
    /// The fields of a line of csv, and the column that each one fills, if any.
    private let fields: UnsafeMutablePointer<FieldValue>
    private let fieldColumns: [Int?]
    private let fieldNames: [[UInt8]]
    private let scratch: UnsafeMutablePointer<UInt8>

    /// Throws `DuckDBError` when there is no such time zone.
    init(_ layout: RecordLayout, growing: Bool = false) throws {
        guard let clock = ZoneClock(layout.timeZone) else {
            throw DuckDBError.failed("no time zone \(layout.timeZone)")
        }
        self.clock = clock
        var layout = layout
        fieldColumns = layout.placeFields(growing: growing)
        fields = .allocate(capacity: max(fieldColumns.count, 1))
        fieldNames = if case .csv(let shape) = layout.format { shape.names.map { Array($0.utf8) } } else { [] }
        self.layout = layout
        index = ColumnIndex(layout.columns)
        ignored = layout.partitionKeys.map { Array($0.utf8) }
        timeColumn = layout.timeField.flatMap { name in
            layout.columns.firstIndex { $0.name.lowercased() == name.lowercased() }
        }
        self.growing = growing
        values = .allocate(capacity: max(layout.columns.count, RecordLayout.columnLimit))
        scratch = .allocate(capacity: RecordLayout.lineLimit)
    }

    deinit {
        values.deallocate()
        fields.deallocate()
        scratch.deallocate()
        line.deallocate()
        index.deallocate()
    }

    /// nil: the line is a record whose values are here until the next line; whether they fit their columns' types is
    /// not looked at.
    func read(_ start: Bytes, _ end: Bytes, arrival: Int64) -> Rejection? {
        guard end - start <= RecordLayout.lineLimit else { return .tooLong }
        var unplaced: Rejection?
        switch layout.format {
        case .json:
            if let problem = line.read(start, end) { return problem }
            unplaced = assign(start)
        case .combined:
            if let problem = CombinedLine.read(start, end, into: values) { return problem }
        case .csv(let shape):
            if let problem = readFields(start, end, delimiter: shape.delimiter) { return problem }
        }
        if let timeColumn {
            if let problem = readTime(values[timeColumn]) { return problem }
        } else {
            time = Int(arrival) * 1000
        }
        return unplaced
    }

    /// The day or hour, counted since 1970 in local time, that holds the last line's time.
    @inline(__always)
    func partition() -> Int { clock.partition(of: time.floorDivided(by: 1_000_000), hourly: layout.hourly) }

    func day(ofArrival arrival: Int64) -> Int { day(of: Int(arrival) * 1000) }

    /// The decoded text of a value, until the next call.
    @inline(__always)
    func text(of value: FieldValue) -> UnsafeBufferPointer<UInt8> {
        guard value.kind == .escaped || value.kind == .doubled else {
            return UnsafeBufferPointer(start: value.start, count: value.count)
        }
        let count =
            value.kind == .escaped
            ? JSONString.unescape(value.start, value.count, into: scratch)
            : CSVLine.undouble(value.start, value.count, into: scratch)
        return UnsafeBufferPointer(start: scratch, count: count)
    }

    /// Gives each column its field of a line of csv.
    private func readFields(_ start: Bytes, _ end: Bytes, delimiter: UInt8) -> Rejection? {
        let count = fieldColumns.count
        if let problem = CSVLine.read(start, end, delimiter: delimiter, count: count, into: fields) { return problem }
        guard !CSVLine.isHeader(fields, fieldNames) else { return .header }
        let missing = FieldValue(start: start, count: 0, kind: .missing)
        for column in 0..<layout.columns.count { (values + column).initialize(to: missing) }
        for field in 0..<count {
            if let column = fieldColumns[field] { values[column] = fields[field] }
        }
        return nil
    }

    /// Gives each column its field; of several with one name the last counts.
    private func assign(_ start: Bytes) -> Rejection? {
        // Copies of a few words: the class's own fields would be checked for exclusive access at each field.
        let (fields, values, missing) = (line, values, FieldValue(start: start, count: 0, kind: .missing))
        var index = index
        index.beginRecord()
        for column in 0..<index.count { values[column] = missing }
        var problem: Rejection?
        var empty = true
        for number in 0..<fields.count {
            let field = fields[number]
            let name = name(of: field)
            guard let base = name.baseAddress else { continue }
            if let column = index.find(base, name.count) {
                values[column] = field.value
                empty = empty && field.value.kind == .null
            } else if field.value.kind != .null, !isIgnored(name) {
                problem = place(field.value, name, &index) ?? problem
                empty = false
            }
        }
        return empty ? .noFields : problem
    }

    private func place(
        _ value: FieldValue, _ name: UnsafeBufferPointer<UInt8>, _ index: inout ColumnIndex
    ) -> Rejection? {
        guard !name.contains(0) else { return .unnamedField }
        guard growing, layout.columns.count < RecordLayout.columnLimit else { return .tooManyColumns }
        (values + index.count).initialize(to: value)
        index.append(Array(name))
        self.index = index
        layout.columns.append(ScanColumn(name: String(decoding: name, as: UTF8.self), kind: .varchar))
        return nil
    }

    @inline(__always)
    private func name(of field: JSONField) -> UnsafeBufferPointer<UInt8> {
        text(
            of: FieldValue(
                start: field.name, count: field.nameCount, kind: field.nameIsEscaped ? .escaped : .string))
    }

    private func isIgnored(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        ignored.contains { $0.elementsEqual(name) { $0 == $1 | 0x20 } }
    }

    private func readTime(_ value: FieldValue) -> Rejection? {
        if value.kind == .missing || value.kind == .null { return .timeMissing }
        guard let found = parseMoment(value) else { return .timeUnreadable }
        time = found
        timeStart = value.start
        // In local time: near either end of the range the zone decides whether a partition can have the name.
        return TimeText.isInRange(found) && TimeText.days.contains(day(of: found)) ? nil : .timeOutOfRange
    }

    private func day(of microseconds: Int) -> Int {
        clock.partition(of: microseconds.floorDivided(by: 1_000_000), hourly: false)
    }

    /// The time that a value of the last line tells, in microseconds since 1970 UTC; nil when it tells none.
    @inline(__always)
    func moment(of value: FieldValue) -> Int? {
        if value.start == timeStart { return time }
        return parseMoment(value).flatMap { TimeText.isInRange($0) ? $0 : nil }
    }

    private func parseMoment(_ value: FieldValue) -> Int? {
        switch value.kind {
        case .string, .escaped, .doubled:
            let text = text(of: value)
            return text.baseAddress.flatMap { TimeText.read($0, text.count, &clock) }
        case .integer, .real: return TimeText.epoch(value.start, value.count)
        case .missing, .null, .isTrue, .isFalse, .nested: return nil
        }
    }
}
