import CDuckDB
import Glibc

/// A column of the chunk that is being filled.
struct VectorSink {
    let kind: ScanColumn.Kind
    private let vector: wd_vector_p
    private let data: UnsafeMutableRawPointer
    private let validity: UnsafeMutablePointer<UInt64>

    init(_ chunk: wd_chunk_p, column: Int, kind: ScanColumn.Kind) {
        guard let vector = wd_data_chunk_get_vector(chunk, UInt64(column)) else {
            preconditionFailure("DuckDB's chunk has no column \(column)")
        }
        wd_vector_ensure_validity_writable(vector)
        guard let data = wd_vector_get_data(vector), let validity = wd_vector_get_validity(vector) else {
            preconditionFailure("DuckDB's vector has no data")
        }
        self.kind = kind
        self.vector = vector
        self.data = data
        self.validity = validity
    }

    /// Puts a value into a row; false when it is not of the column's type. The row may hold what a rejected line left.
    @inline(__always)
    func put(_ value: FieldValue, row: Int, _ reader: RecordReader) -> Bool {
        if value.kind == .missing || value.kind == .null {
            validity[row >> 6] &= ~(1 << UInt64(row & 63))
            return true
        }
        validity[row >> 6] |= 1 << UInt64(row & 63)
        switch kind {
        case .bigint:
            guard value.kind == .integer, let number = NumberText.integer(value.start, value.count) else {
                return false
            }
            data.assumingMemoryBound(to: Int64.self)[row] = number
        case .double:
            guard value.kind == .integer || value.kind == .real else { return false }
            data.assumingMemoryBound(to: Double.self)[row] = NumberText.real(value.start, value.count)
        case .boolean:
            guard value.kind == .isTrue || value.kind == .isFalse else { return false }
            data.assumingMemoryBound(to: Bool.self)[row] = value.kind == .isTrue
        case .timestamp:
            guard let moment = reader.moment(of: value) else { return false }
            put(number: moment, row: row)
        case .varchar:
            let text = reader.text(of: value)
            if let start = text.baseAddress { put(start, text.count, row: row) }
        }
        return true
    }

    @inline(__always)
    func put(number: Int, row: Int) {
        validity[row >> 6] |= 1 << UInt64(row & 63)
        data.assumingMemoryBound(to: Int64.self)[row] = Int64(number)
    }

    /// A text of at most 12 bytes lives in DuckDB's 16-byte cell itself. UTF-8 was checked.
    @inline(__always)
    private func put(_ start: Bytes, _ count: Int, row: Int) {
        if count <= 12 {
            let cell = data + row * 16
            cell.storeBytes(of: UInt64(count), as: UInt64.self)
            (cell + 8).storeBytes(of: 0, as: UInt64.self)
            memcpy(cell + 4, start, count)
        } else {
            wd_unsafe_vector_assign_string_element_len(
                vector, UInt64(row), UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), UInt64(count))
        }
    }
}
