import Glibc

/// Finds a column by the bytes of a field's name. Names that differ in the case of ASCII letters alone are one
/// column, as in DuckDB; the first spelling stays.
///
/// Records of a log have their fields in the same order, so the search begins where the last one ended. The memory
/// stays until `deallocate`; there is room for `RecordLayout.columnLimit` columns, or those given.
struct ColumnIndex {
    private struct Entry {
        let name: UnsafeMutablePointer<UInt8>
        let count: Int
    }
    private let entries: UnsafeMutablePointer<Entry>
    private(set) var count = 0
    private var next = 0

    init(_ columns: [ScanColumn]) {
        entries = .allocate(capacity: max(columns.count, RecordLayout.columnLimit))
        for column in columns { append(Array(column.name.utf8)) }
    }

    mutating func append(_ name: [UInt8]) {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, name.count))
        copy.initialize(from: name, count: name.count)
        (entries + count).initialize(to: Entry(name: copy, count: name.count))
        count += 1
    }

    func deallocate() {
        for index in 0..<count { entries[index].name.deallocate() }
        entries.deallocate()
    }

    mutating func beginRecord() { next = 0 }

    @inline(__always)
    mutating func find(_ name: Bytes, _ length: Int) -> Int? {
        var index = next
        for _ in 0..<count {
            if index >= count { index = 0 }
            if entries[index].count == length, Self.equal(entries[index].name, name, length) {
                next = index + 1
                return index
            }
            index += 1
        }
        return findIgnoringCase(name, length)
    }

    /// As `memcmp`, for names of a few bytes: two loads that may overlap.
    @inline(__always)
    private static func equal(_ one: UnsafeMutablePointer<UInt8>, _ other: Bytes, _ count: Int) -> Bool {
        let (one, other) = (UnsafeRawPointer(one), UnsafeRawPointer(other))
        func same<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type, at offset: Int) -> Bool {
            one.loadUnaligned(fromByteOffset: offset, as: Word.self)
                == other.loadUnaligned(fromByteOffset: offset, as: Word.self)
        }
        switch count {
        case 8...16: return same(UInt64.self, at: 0) && same(UInt64.self, at: count - 8)
        case 4..<8: return same(UInt32.self, at: 0) && same(UInt32.self, at: count - 4)
        case 2..<4: return same(UInt16.self, at: 0) && same(UInt16.self, at: count - 2)
        default: return memcmp(one, other, count) == 0
        }
    }

    private func findIgnoringCase(_ name: Bytes, _ length: Int) -> Int? {
        (0..<count).first { index in
            entries[index].count == length
                && (0..<length).allSatisfy { Self.lower(entries[index].name[$0]) == Self.lower(name[$0]) }
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
}
