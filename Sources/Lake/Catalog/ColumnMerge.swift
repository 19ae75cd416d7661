/// How the columns of several objects become the columns of their table.
package enum ColumnMerge {
    /// The first list's columns with their types widened by the second's, then the second's new columns in their
    /// order. Names that differ in case alone are one column, as in SQL; the first spelling stays.
    package static func merge(_ first: [Column], _ second: [Column]) -> [Column] {
        var merged = first
        var places: [String: Int] = [:]
        for (place, column) in first.enumerated() { places[column.name.lowercased()] = place }
        for column in second {
            if let place = places[column.name.lowercased()] {
                merged[place].type = widen(merged[place].type, column.type)
            } else {
                places[column.name.lowercased()] = merged.count
                merged.append(column)
            }
        }
        return merged
    }

    /// The narrowest of DuckDB's types that holds values of both: integers widen to longer ones, numbers to DOUBLE,
    /// dates to timestamps, and whatever has nothing in common to VARCHAR.
    package static func widen(_ one: String, _ other: String) -> String {
        if one == other { return one }
        if let a = Integer(one), let b = Integer(other) { return a.union(b).name }
        if isNumber(one), isNumber(other) {
            if let a = decimal(one), let b = decimal(other) {
                let scale = max(a.scale, b.scale)
                let precision = max(a.precision - a.scale, b.precision - b.scale) + scale
                if precision <= 38 { return "DECIMAL(\(precision),\(scale))" }
            }
            return "DOUBLE"
        }
        let moments = ["DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"]
        if let a = moments.firstIndex(of: one), let b = moments.firstIndex(of: other) { return moments[max(a, b)] }
        return "VARCHAR"
    }

    private static func isNumber(_ type: String) -> Bool {
        Integer(type) != nil || type == "FLOAT" || type == "DOUBLE" || type.hasPrefix("DECIMAL(")
    }

    /// `DECIMAL(18,3)`, or an integer as the decimal that holds it.
    private static func decimal(_ type: String) -> (precision: Int, scale: Int)? {
        if let integer = Integer(type) { return (integer.digits, 0) }
        guard type.hasPrefix("DECIMAL("), type.hasSuffix(")") else { return nil }
        let numbers = type.dropFirst(8).dropLast().split(separator: ",").map { Int($0.filter { $0 != " " }) }
        guard numbers.count == 2, let precision = numbers[0], let scale = numbers[1] else { return nil }
        return (precision, scale)
    }

    private struct Integer {
        let bits: Int
        let signed: Bool

        init(bits: Int, signed: Bool) {
            self.bits = bits
            self.signed = signed
        }

        init?(_ type: String) {
            let signed = type.first != "U"
            let index = Self.names.firstIndex(of: signed ? type : String(type.dropFirst()))
            guard let index else { return nil }
            self.init(bits: 8 << index, signed: signed)
        }

        private static let names = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"]

        var name: String { (signed ? "" : "U") + Self.names[(bits / 8).trailingZeroBitCount] }

        /// Decimal digits of its largest value.
        var digits: Int {
            switch bits {
            case 8: 3
            case 16: 5
            case 32: 10
            case 64: signed ? 19 : 20
            default: 39
            }
        }

        /// A signed type must be twice as long to hold an unsigned one.
        func union(_ other: Integer) -> Integer {
            if signed == other.signed { return Integer(bits: max(bits, other.bits), signed: signed) }
            let (whole, natural) = signed ? (self, other) : (other, self)
            return Integer(bits: min(128, max(whole.bits, natural.bits * 2)), signed: true)
        }
    }
}
