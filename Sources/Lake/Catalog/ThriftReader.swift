/// Reads values of Thrift's compact protocol from bytes that may be damaged: every length is checked before it is
/// used, and nesting is limited. (Apache Thrift, "Thrift Compact protocol encoding".)
struct ThriftReader {
    struct Malformed: Error {}

    enum Kind: UInt8 {
        case stop = 0
        case yes, no, int8, int16, int32, int64, double, binary, list, set, map, structure
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var depth = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    private mutating func byte() throws(Malformed) -> UInt8 {
        guard position < bytes.endIndex else { throw Malformed() }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func unsigned() throws(Malformed) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            result |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return result }
        }
        throw Malformed()
    }

    /// A zigzag integer of any width.
    mutating func integer() throws(Malformed) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A single byte, as Thrift writes an `i8`.
    mutating func int8() throws(Malformed) -> Int8 { Int8(bitPattern: try byte()) }

    mutating func text() throws(Malformed) -> String {
        let count = try unsigned()
        guard count <= UInt64(bytes.endIndex - position) else { throw Malformed() }
        defer { position += Int(count) }
        return String(decoding: bytes[position..<position + Int(count)], as: UTF8.self)
    }

    /// Calls the body for each field of a structure. The body reads the field's value wholly, or calls `skip`.
    mutating func structure(_ field: (inout ThriftReader, Int, Kind) throws -> Void) throws {
        guard depth < 32 else { throw Malformed() }
        depth += 1
        defer { depth -= 1 }
        var id = 0
        while true {
            let header = try byte()
            guard let kind = Kind(rawValue: header & 0x0f) else { throw Malformed() }
            if kind == .stop { return }
            let step = Int(header >> 4)
            id = step == 0 ? Int(truncatingIfNeeded: try integer()) : id &+ step
            try field(&self, id, kind)
        }
    }

    /// Calls the body for each element of a list, with the elements' kind.
    mutating func list(_ element: (inout ThriftReader, Kind) throws -> Void) throws {
        let header = try byte()
        guard let kind = Kind(rawValue: header & 0x0f) else { throw Malformed() }
        let count = header >> 4 == 15 ? try unsigned() : UInt64(header >> 4)
        // Each element takes a byte at least.
        guard count <= UInt64(bytes.endIndex - position) else { throw Malformed() }
        for _ in 0..<count { try element(&self, kind) }
    }

    /// Passes over a field's value.
    mutating func skip(_ kind: Kind) throws {
        switch kind {
        case .stop: throw Malformed()
        case .yes, .no: return
        case .int8: _ = try byte()
        case .int16, .int32, .int64: _ = try integer()
        case .double: for _ in 0..<8 { _ = try byte() }
        case .binary: _ = try text()
        case .list, .set:
            try nested { reader in
                try reader.list { reader, kind in try reader.skipElement(kind) }
            }
        case .map:
            let count = try unsigned()
            guard count <= UInt64(bytes.endIndex - position) else { throw Malformed() }
            if count == 0 { return }
            let kinds = try byte()
            guard let key = Kind(rawValue: kinds >> 4), let value = Kind(rawValue: kinds & 0x0f) else {
                throw Malformed()
            }
            try nested { reader in
                for _ in 0..<count {
                    try reader.skipElement(key)
                    try reader.skipElement(value)
                }
            }
        case .structure: try structure { reader, _, kind in try reader.skip(kind) }
        }
    }

    /// A boolean is a byte of its own in a list or map, and part of the header in a structure.
    private mutating func skipElement(_ kind: Kind) throws {
        if kind == .yes || kind == .no { _ = try byte() } else { try skip(kind) }
    }

    private mutating func nested(_ body: (inout ThriftReader) throws -> Void) throws {
        guard depth < 32 else { throw Malformed() }
        depth += 1
        defer { depth -= 1 }
        try body(&self)
    }
}
