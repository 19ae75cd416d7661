import CDuckDB

/// DuckDB's type identifiers (`duckdb_type` of its C interface) that this package names.
enum TypeID: Int32 {
    case boolean = 1
    case tinyint, smallint, integer, bigint, utinyint, usmallint, uinteger, ubigint, float, double
    case timestamp, date, time, interval, hugeint, varchar, blob, decimal
    case timestampSeconds, timestampMilliseconds, timestampNanoseconds, enumeration, list, structure, map
    case uuid, union, bit, timeWithZone, timestampWithZone, uhugeint, array, any, bignum, sqlNull

    /// The word that SQL has for it; nil where the type has parts.
    var word: String? {
        switch self {
        case .boolean: "BOOLEAN"
        case .tinyint: "TINYINT"
        case .smallint: "SMALLINT"
        case .integer: "INTEGER"
        case .bigint: "BIGINT"
        case .utinyint: "UTINYINT"
        case .usmallint: "USMALLINT"
        case .uinteger: "UINTEGER"
        case .ubigint: "UBIGINT"
        case .float: "FLOAT"
        case .double: "DOUBLE"
        case .timestamp: "TIMESTAMP"
        case .date: "DATE"
        case .time: "TIME"
        case .interval: "INTERVAL"
        case .hugeint: "HUGEINT"
        case .uhugeint: "UHUGEINT"
        case .varchar: "VARCHAR"
        case .blob: "BLOB"
        case .timestampSeconds: "TIMESTAMP_S"
        case .timestampMilliseconds: "TIMESTAMP_MS"
        case .timestampNanoseconds: "TIMESTAMP_NS"
        case .enumeration: "ENUM"
        case .uuid: "UUID"
        case .union: "UNION"
        case .bit: "BIT"
        case .timeWithZone: "TIME WITH TIME ZONE"
        case .timestampWithZone: "TIMESTAMP WITH TIME ZONE"
        case .any: "ANY"
        case .bignum: "BIGNUM"
        case .sqlNull: "\"NULL\""
        case .decimal, .list, .structure, .map, .array: nil
        }
    }
}

/// A column's type, freed with it. Its description is what SQL would call it: `STRUCT(a VARCHAR)`.
final class LogicalType: CustomStringConvertible {
    private var pointer: UnsafeMutablePointer<wd_type>?

    /// Takes the pointer over.
    init(_ pointer: UnsafeMutablePointer<wd_type>?) { self.pointer = pointer }
    deinit { wd_destroy_logical_type(&pointer) }

    /// Nil for a type that is not resolved yet, or that this package does not know.
    var id: TypeID? { pointer == nil ? nil : TypeID(rawValue: wd_get_type_id(pointer)) }
    var scale: Int { Int(wd_decimal_scale(pointer)) }
    /// The integer that holds a decimal.
    var storage: TypeID? { id == .decimal ? TypeID(rawValue: wd_decimal_internal_type(pointer)) : id }

    var description: String {
        guard pointer != nil else { return "UNKNOWN" }
        if let alias = wd_logical_type_get_alias(pointer) {
            defer { wd_free(UnsafeMutableRawPointer(alias)) }
            return String(cString: alias)
        }
        guard let id else { return "UNKNOWN" }
        if let word = id.word { return word }
        switch id {
        case .decimal: return "DECIMAL(\(wd_decimal_width(pointer)),\(scale))"
        case .list: return "\(LogicalType(wd_list_type_child_type(pointer)))[]"
        case .array:
            return "\(LogicalType(wd_array_type_child_type(pointer)))[\(wd_array_type_array_size(pointer))]"
        case .map:
            let key = LogicalType(wd_map_type_key_type(pointer))
            return "MAP(\(key), \(LogicalType(wd_map_type_value_type(pointer))))"
        default: return "STRUCT(\(fields.joined(separator: ", ")))"
        }
    }

    private var fields: [String] {
        (0..<wd_struct_type_child_count(pointer)).map { index in
            let name = wd_struct_type_child_name(pointer, index)
            defer { wd_free(UnsafeMutableRawPointer(name)) }
            let text = name.map { String(cString: $0) } ?? ""
            let isPlain = text.wholeMatch(of: #/[a-z_][a-z0-9_]*/#) != nil
            let quoted = isPlain ? text : SQLText.identifier(text)
            return "\(quoted) \(LogicalType(wd_struct_type_child_type(pointer, index)))"
        }
    }
}
