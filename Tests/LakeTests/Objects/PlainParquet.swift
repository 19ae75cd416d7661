import Foundation
import Lake

/// Writes the smallest Parquet files that any reader takes: required BIGINT columns, plain, uncompressed, one row
/// group. For tests of what happens to files, which need many of them quickly.
struct PlainParquet {
    var columns: [(name: String, values: [Int64])]

    init(_ values: [Int64], column: String = "n") { columns = [(column, values)] }
    init(_ columns: [(name: String, values: [Int64])]) { self.columns = columns }

    var rows: Int { columns[0].values.count }

    var bytes: [UInt8] {
        var file = Array("PAR1".utf8)
        var chunks: [(offset: Int, size: Int)] = []
        for column in columns {
            let data = column.values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
            var header = Compact()
            header.integer(1, 0)
            header.integer(2, data.count)
            header.integer(3, data.count)
            header.structure(5) { page in
                page.integer(1, column.values.count)
                page.integer(2, 0)
                page.integer(3, 3)
                page.integer(4, 3)
            }
            let page = header.bytes + [0] + data
            chunks.append((file.count, page.count))
            file += page
        }
        var metadata = Compact()
        metadata.integer(1, 1)
        metadata.list(2, count: columns.count + 1) { list in
            list.element { root in
                root.text(4, "schema")
                root.integer(5, columns.count)
            }
            for column in columns {
                list.element { element in
                    element.integer(1, 2)
                    element.integer(3, 0)
                    element.text(4, column.name)
                }
            }
        }
        metadata.long(3, rows)
        metadata.list(4, count: 1) { groups in
            groups.element { group in
                group.list(1, count: columns.count) { list in
                    for (column, chunk) in zip(columns, chunks) {
                        list.element { element in
                            element.long(2, chunk.offset)
                            element.structure(3) { data in
                                data.integer(1, 2)
                                data.integers(2, [0])
                                data.texts(3, [column.name])
                                data.integer(4, 0)
                                data.long(5, rows)
                                data.long(6, chunk.size)
                                data.long(7, chunk.size)
                                data.long(9, chunk.offset)
                            }
                        }
                    }
                }
                group.long(2, chunks.reduce(0) { $0 + $1.size })
                group.long(3, rows)
            }
        }
        let end = metadata.bytes + [0]
        return file + end + (0..<4).map { UInt8(truncatingIfNeeded: end.count >> ($0 * 8)) } + Array("PAR1".utf8)
    }

    /// Writes the file and describes it as a worker would.
    func write(_ path: String) throws -> StagedFile {
        let bytes = bytes
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return StagedFile(
            path: path, rows: rows, bytes: Int64(bytes.count), minTime: nil, maxTime: nil,
            columns: columns.map { Column(name: $0.name, type: "BIGINT") }, content: SHA256.hex(bytes))
    }
}

/// Fields in Thrift's compact protocol; a structure's closing zero is the caller's.
private struct Compact {
    private(set) var bytes: [UInt8] = []
    private var last = 0

    private mutating func unsigned(_ value: Int) {
        var rest = value
        while rest > 0x7f {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
    private mutating func header(_ id: Int, _ kind: UInt8) {
        bytes.append(UInt8(id - last) << 4 | kind)
        last = id
    }
    mutating func integer(_ id: Int, _ value: Int) {
        header(id, 5)
        unsigned(value << 1)
    }
    mutating func long(_ id: Int, _ value: Int) {
        header(id, 6)
        unsigned(value << 1)
    }
    mutating func text(_ id: Int, _ value: String) {
        header(id, 8)
        unsigned(value.utf8.count)
        bytes += Array(value.utf8)
    }
    mutating func structure(_ id: Int, _ fill: (inout Compact) -> Void) {
        header(id, 12)
        element(fill)
    }
    mutating func element(_ fill: (inout Compact) -> Void) {
        var inner = Compact()
        fill(&inner)
        bytes += inner.bytes + [0]
    }
    mutating func list(_ id: Int, count: Int, _ fill: (inout Compact) -> Void) {
        header(id, 9)
        bytes.append(UInt8(count) << 4 | 12)
        fill(&self)
    }
    mutating func integers(_ id: Int, _ values: [Int]) {
        header(id, 9)
        bytes.append(UInt8(values.count) << 4 | 5)
        for value in values { unsigned(value << 1) }
    }
    mutating func texts(_ id: Int, _ values: [String]) {
        header(id, 9)
        bytes.append(UInt8(values.count) << 4 | 8)
        for value in values {
            unsigned(value.utf8.count)
            bytes += Array(value.utf8)
        }
    }
}
