/// Why a line is no record. Each has a keyword that never changes and details of a bounded variety: never the
/// line's own bytes.
enum Rejection: Hashable, Sendable {
    case notAnObject, cutShort, malformed, tooDeep, tooManyFields, noFields, unnamedField
    /// The part of a log line that could not be read.
    case logLine(part: LogPart)
    /// A line of csv with a quote that nothing closes, or with one inside a field.
    case openQuote, strayQuote
    /// A line of csv with more or fewer fields than the stream has columns.
    case fieldCount(wanted: Int)
    /// A line of csv that holds the columns' names.
    case header
    case utf8
    case tooLong
    case timeMissing, timeUnreadable, timeOutOfRange
    /// The value of a column, by its index, is not of the column's type.
    case type(column: Int)
    case tooManyColumns

    enum LogPart: String, Hashable, Sendable {
        case host, time, request, status, bytes, referer
    }

    var keyword: String {
        switch self {
        case .notAnObject, .cutShort, .malformed, .tooDeep, .tooManyFields, .noFields, .unnamedField, .logLine,
            .openQuote, .strayQuote, .fieldCount, .header:
            "syntax"
        case .utf8: "utf8"
        case .tooLong: "too long"
        case .timeMissing, .timeUnreadable, .timeOutOfRange: "time"
        case .type, .tooManyColumns: "type"
        }
    }

    /// The keyword, and after a colon what else is known: `type: company_id is not BIGINT`.
    func reason(_ layout: RecordLayout) -> String {
        switch self {
        case .notAnObject: "syntax: not a JSON object"
        case .cutShort: "syntax: the line ends early"
        case .malformed: "syntax: malformed JSON"
        case .tooDeep: "syntax: nested more than \(JSONLine.depthLimit) deep"
        case .tooManyFields: "syntax: more than \(JSONLine.fieldLimit) fields"
        case .noFields: "syntax: an object without values"
        case .unnamedField: "syntax: a field's name is empty or holds NUL"
        case .logLine(let part): "syntax: no \(part.rawValue) where it should be"
        case .openQuote: "syntax: a quote is not closed"
        case .strayQuote: "syntax: a quote inside a field"
        case .fieldCount(let wanted): "syntax: not \(wanted) \(wanted == 1 ? "field" : "fields")"
        case .header: "syntax: the columns' names"
        case .utf8: "utf8"
        case .tooLong: "too long"
        case .timeMissing: "time: \(layout.timeName) is missing"
        case .timeUnreadable: "time: \(layout.timeName) is no time"
        case .timeOutOfRange: "time: \(layout.timeName) is not between the years 1 and 9999"
        case .type(let column): "type: \(layout.columns[column].name) is not \(layout.columns[column].kind.rawValue)"
        case .tooManyColumns: "type: the table has \(RecordLayout.columnLimit) columns already"
        }
    }
}
