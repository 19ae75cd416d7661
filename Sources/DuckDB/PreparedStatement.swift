import CDuckDB
import Foundation

/// A statement that DuckDB has parsed and bound, ready to take its parameters. One of exactly one statement.
final class PreparedStatement {
    private let connection: UnsafeMutablePointer<wd_connection>?
    private let sql: String
    private var pointer: UnsafeMutablePointer<wd_statement>?

    init(_ sql: String, on connection: UnsafeMutablePointer<wd_connection>?) throws(DuckDBError) {
        self.connection = connection
        self.sql = sql
        if wd_prepare(connection, sql, &pointer) != 0 {
            let text = wd_prepare_error(pointer).map { String(cString: $0) } ?? "the statement can't be prepared"
            wd_destroy_prepare(&pointer)
            throw DuckDBError(text, in: sql)
        }
    }
    deinit { wd_destroy_prepare(&pointer) }

    var isSelect: Bool { wd_prepared_statement_type(pointer) == 1 }

    /// What the result will have; types that depend on parameters are not known before they are bound.
    var columns: [(name: String, type: LogicalType)] {
        (0..<wd_prepared_statement_column_count(pointer)).map { index in
            let name = wd_prepared_statement_column_name(pointer, index)
            defer { wd_free(UnsafeMutableRawPointer(mutating: name)) }
            return (
                name.map { String(cString: $0) } ?? "",
                LogicalType(wd_prepared_statement_column_logical_type(pointer, index))
            )
        }
    }

    var parameterNames: [String] {
        (0..<wd_nparams(pointer)).map { index in
            let name = wd_parameter_name(pointer, index + 1)
            defer { wd_free(UnsafeMutableRawPointer(mutating: name)) }
            return name.map { String(cString: $0) } ?? "\(index + 1)"
        }
    }

    /// Binds each `$name` of the statement; values that it doesn't name are left alone.
    func bind(_ values: [String: BoundValue]) throws(DuckDBError) {
        for (index, name) in parameterNames.enumerated() {
            guard let value = values[name] else {
                throw .invalid(message: "no value for the parameter $\(name)", position: place(of: name))
            }
            try bind(value, at: UInt64(index + 1), named: name)
        }
    }

    private func bind(_ value: BoundValue, at index: UInt64, named name: String) throws(DuckDBError) {
        let state: Int32
        switch value {
        case .null: state = wd_bind_null(pointer, index)
        case .text(let text): state = wd_bind_varchar_length(pointer, index, text, UInt64(text.utf8.count))
        case .integer(let number): state = wd_bind_int64(pointer, index, number)
        case .real(let number): state = wd_bind_double(pointer, index, number)
        case .bool(let flag): state = wd_bind_boolean(pointer, index, flag)
        case .date(let text):
            let days = try number("SELECT date_diff('day', DATE '1970-01-01', CAST($text AS DATE))", text, name)
            state = wd_bind_date(pointer, index, wd_date(days: Int32(clamping: days)))
        case .timestamp(let text):
            let micros = try number("SELECT epoch_us(CAST($text AS TIMESTAMPTZ))", text, name)
            state = wd_bind_timestamp(pointer, index, wd_timestamp(micros: micros))
        }
        guard state == 0 else { throw .failed("can't bind the parameter $\(name)") }
    }

    /// A date or time in DuckDB's own reading of its text.
    private func number(_ question: String, _ text: String, _ name: String) throws(DuckDBError) -> Int64 {
        let statement = try PreparedStatement(question, on: connection)
        try statement.bind(["text": .text(text)])
        do {
            let answer = try statement.execute().rows(limit: 1).rows.first?.first ?? nil
            if let number = answer.flatMap({ Int64($0) }) { return number }
        } catch .invalid, .failed {
            // Said below, in the parameter's words.
        }
        throw .invalid(message: "$\(name) is '\(text)', which is no date or time", position: place(of: name))
    }

    func execute() throws(DuckDBError) -> QueryResult {
        let result = QueryResult()
        guard wd_execute_prepared(pointer, &result.result) == 0 else { throw result.error(in: sql) }
        return result
    }

    /// The result is made as it is read; its connection can do nothing else meanwhile.
    func stream() throws(DuckDBError) -> QueryResult {
        let result = QueryResult()
        guard wd_execute_prepared_streaming(pointer, &result.result) == 0 else { throw result.error(in: sql) }
        return result
    }

    private func place(of name: String) -> Int? {
        sql.range(of: "$" + name).map { sql.utf8.distance(from: sql.startIndex, to: $0.lowerBound) }
    }
}
