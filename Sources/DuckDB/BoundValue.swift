/// A value bound to a `$name` of a statement. Dates and timestamps are text in ISO 8601, read by DuckDB; a timestamp
/// with an offset becomes UTC.
package enum BoundValue: Sendable, Hashable, Codable {
    case null
    case text(String)
    case integer(Int64)
    case real(Double)
    case bool(Bool)
    case date(String)
    case timestamp(String)
}
