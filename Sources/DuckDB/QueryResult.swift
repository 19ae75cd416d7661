import CDuckDB

/// A result, read chunk by chunk and freed with it.
final class QueryResult {
    var result = wd_result()

    deinit { wd_destroy_result(&result) }

    func error(in sql: String) -> DuckDBError {
        DuckDBError(wd_result_error(&result).map { String(cString: $0) } ?? "the statement failed", in: sql)
    }

    var columns: [(name: String, type: LogicalType)] {
        (0..<wd_column_count(&result)).map { index in
            (String(cString: wd_column_name(&result, index)), LogicalType(wd_column_logical_type(&result, index)))
        }
    }

    /// Reads all rows, or the first ones, as text. Throws where a column is not readable.
    func rows(limit: Int) throws(DuckDBError) -> TextRows {
        let columns = columns
        var answer = TextRows()
        answer.columns = columns.map { ($0.name, $0.type.description) }
        if let strange = columns.first(where: { !$0.type.isReadable }) {
            throw .failed("the \(strange.type) \(strange.name) can't be read here: cast it to VARCHAR")
        }
        while true {
            var chunk = wd_fetch_chunk(result)
            guard chunk != nil else { return answer }
            defer { wd_destroy_data_chunk(&chunk) }
            let count = Int(wd_data_chunk_get_size(chunk))
            let readers = columns.enumerated().map { index, column in
                ColumnReader(column.type, wd_data_chunk_get_vector(chunk, UInt64(index)))
            }
            for row in 0..<count {
                if answer.rows.count == limit {
                    answer.truncated = true
                    return answer
                }
                answer.rows.append(readers.map { $0.text(row) })
            }
        }
    }
}

extension QueryResult {
    /// Hands out every row as it is: columns are BIGINT, DOUBLE, VARCHAR or BLOB. Throws for others, what went wrong on
    /// the way, and what the body throws.
    func forEachRow(in sql: String, _ body: ([StoredValue]) throws -> Void) throws {
        let columns = columns
        if let strange = columns.first(where: { !$0.type.isStored }) {
            throw DuckDBError.failed("the \(strange.type) \(strange.name) can't be read here: cast it")
        }
        while true {
            var chunk = wd_fetch_chunk(result)
            guard chunk != nil else { break }
            defer { wd_destroy_data_chunk(&chunk) }
            let readers = columns.enumerated().map { index, column in
                ColumnReader(column.type, wd_data_chunk_get_vector(chunk, UInt64(index)))
            }
            for row in 0..<Int(wd_data_chunk_get_size(chunk)) { try body(readers.map { $0.stored(row) }) }
        }
        // A result that is made as it is read may fail after its first rows.
        if wd_result_error(&result) != nil { throw error(in: sql) }
    }
}

extension LogicalType {
    /// Whether its values are handed out as they are.
    fileprivate var isStored: Bool {
        switch id {
        case .bigint, .double, .varchar, .blob: true
        default: false
        }
    }

    /// Whether values of this type are turned to text here, rather than by DuckDB.
    var isReadable: Bool {
        switch storage {
        case .boolean, .tinyint, .smallint, .integer, .bigint, .utinyint, .usmallint, .uinteger, .ubigint, .float,
            .double, .hugeint, .uhugeint, .varchar:
            true
        default: false
        }
    }
}

/// Reads one column of a chunk; valid while the chunk is.
private struct ColumnReader {
    private let storage: TypeID?
    private let scale: Int
    private let data: UnsafeMutableRawPointer?
    private let validity: UnsafeMutablePointer<UInt64>?

    init(_ type: LogicalType, _ vector: UnsafeMutablePointer<wd_vector>?) {
        storage = type.storage
        scale = type.id == .decimal ? type.scale : 0
        data = wd_vector_get_data(vector)
        validity = wd_vector_get_validity(vector)
    }

    func text(_ row: Int) -> String? {
        guard let data, validity.map({ $0[row / 64] >> (row % 64) & 1 == 1 }) ?? true else { return nil }
        switch storage {
        case .boolean: return value(data, row, UInt8.self) == 0 ? "false" : "true"
        case .tinyint: return decimal(value(data, row, Int8.self))
        case .smallint: return decimal(value(data, row, Int16.self))
        case .integer: return decimal(value(data, row, Int32.self))
        case .bigint: return decimal(value(data, row, Int64.self))
        case .hugeint: return decimal(value(data, row, Int128.self))
        case .utinyint: return "\(value(data, row, UInt8.self))"
        case .usmallint: return "\(value(data, row, UInt16.self))"
        case .uinteger: return "\(value(data, row, UInt32.self))"
        case .ubigint: return "\(value(data, row, UInt64.self))"
        case .uhugeint: return "\(value(data, row, UInt128.self))"
        case .float: return "\(value(data, row, Float.self))"
        case .double: return "\(value(data, row, Double.self))"
        case .varchar: return string(data + row * 16)
        default: return nil
        }
    }

    func stored(_ row: Int) -> StoredValue {
        guard let data, validity.map({ $0[row / 64] >> (row % 64) & 1 == 1 }) ?? true else { return .null }
        return switch storage {
        case .bigint: .integer(value(data, row, Int64.self))
        case .double: .real(value(data, row, Double.self))
        case .varchar: .text(string(data + row * 16))
        default: .bytes(Array(bytes(data + row * 16)))
        }
    }

    private func value<Value: BitwiseCopyable>(
        _ data: UnsafeMutableRawPointer, _ row: Int, _: Value.Type
    ) -> Value {
        data.loadUnaligned(fromByteOffset: row * MemoryLayout<Value>.stride, as: Value.self)
    }

    /// A scaled integer with its point: 12345 of scale 2 is 123.45.
    private func decimal(_ number: some SignedInteger & FixedWidthInteger) -> String {
        guard scale > 0 else { return "\(number)" }
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return (number < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
    }

    private func string(_ cell: UnsafeMutableRawPointer) -> String { String(decoding: bytes(cell), as: UTF8.self) }

    /// DuckDB's 16-byte string cell: a length, then up to 12 bytes in place or a pointer after a 4-byte prefix.
    private func bytes(_ cell: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
        let length = Int(cell.loadUnaligned(as: UInt32.self))
        let start =
            length <= 12 ? UnsafeRawPointer(cell + 4) : cell.loadUnaligned(fromByteOffset: 8, as: UnsafeRawPointer.self)
        return UnsafeRawBufferPointer(start: start, count: length)
    }
}
