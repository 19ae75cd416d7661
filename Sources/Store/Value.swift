/// One SQLite value, as it goes in as an argument and comes out in a row.
package enum Value: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    package init(_ value: String?) { self = value.map(Value.text) ?? .null }
    package init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
    package init(_ value: Int64?) { self = value.map(Value.integer) ?? .null }
    package init(_ value: Double?) { self = value.map(Value.real) ?? .null }
    package init(_ value: Bool) { self = .integer(value ? 1 : 0) }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(nilLiteral: ()) { self = .null }
}

/// One row of a result, read by column name. A name that the statement does not return is a mistake in the
/// caller's SQL and stops the program; a value of another type than asked for reads as absent.
package struct Row: Sendable, Hashable {
    let columns: [String: Value]

    package subscript(_ column: String) -> Value {
        guard let value = columns[column] else { preconditionFailure("no column \(column) in this row") }
        return value
    }
    package func text(_ column: String) -> String { optionalText(column) ?? "" }
    package func optionalText(_ column: String) -> String? {
        if case .text(let text) = self[column] { return text }
        return nil
    }
    package func integer(_ column: String) -> Int { optionalInteger(column) ?? 0 }
    package func optionalInteger(_ column: String) -> Int? {
        switch self[column] {
        case .integer(let number): Int(number)
        case .real(let number): Int(number)
        case .null, .text, .blob: nil
        }
    }
    package func optionalReal(_ column: String) -> Double? {
        switch self[column] {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .null, .text, .blob: nil
        }
    }
    package func bool(_ column: String) -> Bool { integer(column) != 0 }
}
