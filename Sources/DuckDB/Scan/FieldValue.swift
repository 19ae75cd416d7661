typealias Bytes = UnsafePointer<UInt8>

/// What stands in a field of a record: a place in the batch's bytes, not yet decoded.
struct FieldValue {
    enum Kind: UInt8 {
        case missing, null, isTrue, isFalse
        /// A number without fraction and exponent, and any other.
        case integer, real
        /// The text between the quotes; `escaped` holds at least one backslash.
        case string, escaped
        /// The text between the quotes of csv; it holds at least one quote, written as two.
        case doubled
        /// A JSON array or object, as it stands.
        case nested
    }
    var start: Bytes
    var count: Int
    var kind: Kind
}

/// A field of a JSON object, its name between the quotes.
struct JSONField {
    var name: Bytes
    var nameCount: Int
    var nameIsEscaped: Bool
    var value: FieldValue
}
