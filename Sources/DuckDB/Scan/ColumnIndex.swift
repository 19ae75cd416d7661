import Glibc

/// Finds a column by the bytes of a field's name. Names that differ in the case of ASCII letters alone are one
/// column, as in DuckDB; the first spelling stays.
///
/// Records of a log have their fields in the same order, so the search begins where the last one ended.
struct ColumnIndex {
    private(set) var names: [[UInt8]] = []
    private var storage: [UnsafeMutablePointer<UInt8>] = []
    private var lengths: [Int] = []
    private var next = 0

    init(_ columns: [ScanColumn]) {
        for column in columns { append(Array(column.name.utf8)) }
    }

    mutating func append(_ name: [UInt8]) {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, name.count))
        copy.initialize(from: name, count: name.count)
        names.append(name)
        storage.append(copy)
        lengths.append(name.count)
    }

    func deallocate() { storage.forEach { $0.deallocate() } }

    mutating func beginRecord() { next = 0 }

    @inline(__always)
    mutating func find(_ name: Bytes, _ count: Int) -> Int? {
        let total = lengths.count
        var index = next
        for _ in 0..<total {
            if index >= total { index = 0 }
            if lengths[index] == count, memcmp(storage[index], name, count) == 0 {
                next = index + 1
                return index
            }
            index += 1
        }
        return findIgnoringCase(name, count)
    }

    private func findIgnoringCase(_ name: Bytes, _ count: Int) -> Int? {
        lengths.indices.first { index in
            lengths[index] == count
                && (0..<count).allSatisfy { Self.lower(storage[index][$0]) == Self.lower(name[$0]) }
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
}
