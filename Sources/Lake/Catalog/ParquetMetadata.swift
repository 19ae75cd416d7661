/// The part of Parquet's `FileMetaData` that the catalog needs.
struct ParquetMetadata {
    private(set) var rows: Int64 = 0
    private(set) var rowGroups = 0
    private(set) var rowGroupRows: Int64 = 0
    /// Where the last column chunk ends, in bytes from the file's start.
    private(set) var dataEnd: Int64 = 0
    private(set) var columns: [Column] = []

    init(_ bytes: ArraySlice<UInt8>) throws {
        var reader = ThriftReader(bytes)
        var elements: [ParquetSchemaElement] = []
        var groups = 0
        var groupRows: Int64 = 0
        var end: Int64 = 0
        var total: Int64?
        try reader.structure { reader, field, kind in
            switch (field, kind) {
            case (2, .list):
                try reader.list { reader, _ in elements.append(try ParquetSchemaElement(&reader)) }
            case (3, .int64): total = try reader.integer()
            case (4, .list):
                try reader.list { reader, _ in
                    let group = try Self.rowGroup(&reader)
                    groups += 1
                    groupRows &+= group.rows
                    end = max(end, group.end)
                }
            default: try reader.skip(kind)
            }
        }
        guard let total, total >= 0 else { throw ThriftReader.Malformed() }
        rows = total
        rowGroups = groups
        rowGroupRows = groupRows
        dataEnd = end
        columns = try ParquetSchema.columns(elements)
    }

    private static func rowGroup(_ reader: inout ThriftReader) throws -> (rows: Int64, end: Int64) {
        var rows: Int64 = 0
        var end: Int64 = 0
        try reader.structure { reader, field, kind in
            switch (field, kind) {
            case (1, .list): try reader.list { reader, _ in end = max(end, try chunkEnd(&reader)) }
            case (3, .int64): rows = try reader.integer()
            default: try reader.skip(kind)
            }
        }
        return (rows, end)
    }

    private static func chunkEnd(_ reader: inout ThriftReader) throws -> Int64 {
        var start: Int64?
        var size: Int64 = 0
        try reader.structure { reader, field, kind in
            guard field == 3, kind == .structure else { return try reader.skip(kind) }
            try reader.structure { reader, field, kind in
                switch (field, kind) {
                case (7, .int64): size = try reader.integer()
                // The data pages, and the dictionary before them where there is one.
                case (9, .int64), (11, .int64):
                    let offset = try reader.integer()
                    start = min(start ?? offset, offset)
                default: try reader.skip(kind)
                }
            }
        }
        guard let start else { return 0 }
        guard start >= 0, size >= 0 else { throw ThriftReader.Malformed() }
        return start.addingReportingOverflow(size).overflow ? .max : start + size
    }
}

/// One node of a Parquet schema, which is stored as a list in depth-first order.
struct ParquetSchemaElement {
    /// `parquet.thrift`'s `Type`.
    enum Physical: Int64 { case boolean, int32, int64, int96, float, double, bytes, fixed }
    enum Repetition: Int64 { case required, optional, repeated }
    /// Both the old `ConvertedType` and the newer `LogicalType` say what the bytes mean.
    enum Meaning: Hashable {
        case string, map, list, json, bson, uuid, date, interval, float16
        case decimal(precision: Int64, scale: Int64)
        case time(zoned: Bool)
        case timestamp(zoned: Bool, nanoseconds: Bool)
        case integer(bits: Int64, signed: Bool)
    }

    var name = ""
    var physical: Physical?
    var repetition = Repetition.required
    var children = 0
    var meaning: Meaning?

    init(_ reader: inout ThriftReader) throws {
        var converted: Int64?
        var scale: Int64 = 0
        var precision: Int64 = 0
        var read = (name: "", physical: Physical?.none, repetition: Repetition.required, children: 0)
        var logical: Meaning?
        try reader.structure { reader, field, kind in
            switch (field, kind) {
            case (1, .int32):
                guard let type = Physical(rawValue: try reader.integer()) else { throw ThriftReader.Malformed() }
                read.physical = type
            case (3, .int32):
                guard let type = Repetition(rawValue: try reader.integer()) else { throw ThriftReader.Malformed() }
                read.repetition = type
            case (4, .binary): read.name = try reader.text()
            case (5, .int32):
                guard let count = Int(exactly: try reader.integer()), (0...100_000).contains(count) else {
                    throw ThriftReader.Malformed()
                }
                read.children = count
            case (6, .int32): converted = try reader.integer()
            case (7, .int32): scale = try reader.integer()
            case (8, .int32): precision = try reader.integer()
            case (10, .structure): logical = try Self.logical(&reader)
            default: try reader.skip(kind)
            }
        }
        (name, physical, repetition, children) = read
        meaning = logical ?? converted.flatMap { Self.converted($0, precision: precision, scale: scale) }
    }

    private static func converted(_ code: Int64, precision: Int64, scale: Int64) -> Meaning? {
        switch code {
        case 0, 4: .string
        case 1, 2: .map
        case 3: .list
        case 5: .decimal(precision: precision, scale: scale)
        case 6: .date
        case 7, 8: .time(zoned: true)
        case 9, 10: .timestamp(zoned: true, nanoseconds: false)
        case 11...14: .integer(bits: 8 << (code - 11), signed: false)
        case 15...18: .integer(bits: 8 << (code - 15), signed: true)
        case 19: .json
        case 20: .bson
        case 21: .interval
        default: nil
        }
    }

    private static func logical(_ reader: inout ThriftReader) throws -> Meaning? {
        var meaning: Meaning?
        try reader.structure { reader, field, kind in
            guard kind == .structure else { return try reader.skip(kind) }
            switch field {
            case 1, 4: meaning = .string
            case 2: meaning = .map
            case 3: meaning = .list
            case 6: meaning = .date
            case 12: meaning = .json
            case 13: meaning = .bson
            case 14: meaning = .uuid
            case 15: meaning = .float16
            case 5:
                let numbers = try Self.numbers(&reader)
                meaning = .decimal(precision: numbers[2] ?? 0, scale: numbers[1] ?? 0)
                return
            case 7:
                meaning = .time(zoned: try Self.numbers(&reader)[1] == 1)
                return
            case 8:
                let numbers = try Self.numbers(&reader)
                meaning = .timestamp(zoned: numbers[1] == 1, nanoseconds: numbers[2] == 3)
                return
            case 10:
                let numbers = try Self.numbers(&reader)
                meaning = .integer(bits: numbers[1] ?? 0, signed: numbers[2] == 1)
                return
            default: break
            }
            try reader.skip(kind)
        }
        return meaning
    }

    /// A structure's numbers by field: a boolean is 0 or 1, and a union (the unit of a time) the field that it holds.
    private static func numbers(_ reader: inout ThriftReader) throws -> [Int: Int64] {
        var numbers: [Int: Int64] = [:]
        try reader.structure { reader, field, kind in
            switch kind {
            case .yes: numbers[field] = 1
            case .no: numbers[field] = 0
            case .int8: numbers[field] = Int64(try reader.int8())
            case .int16, .int32, .int64: numbers[field] = try reader.integer()
            case .structure:
                var chosen: Int64 = 0
                try reader.structure { reader, unit, kind in
                    chosen = Int64(unit)
                    try reader.skip(kind)
                }
                numbers[field] = chosen
            default: try reader.skip(kind)
            }
        }
        return numbers
    }
}
