/// A request's body as JSON lines.
///
/// A JSON array becomes a line for each of its elements, and a single value, however it is laid out, one line:
/// line breaks between its tokens become spaces. Several values after one another, which is what JSON lines are,
/// stay what they are. Nothing else is changed, and a value that isn't JSON is rejected when its line is read, with
/// its reason. Only an array that can't be taken apart, since it has no end or something after it, is refused whole.
enum JSONBody {
    /// Throws `IngestRefusal`.
    static func lines(_ body: [UInt8]) throws(IngestRefusal) -> [UInt8] {
        guard let start = body.firstIndex(where: { !isSpace($0) }) else { return [] }
        switch body[start] {
        case UInt8(ascii: "["): return try elements(of: body, from: start)
        case UInt8(ascii: "{"): return isOneValue(body, from: start) ? flattened(body[start...]) : body
        default: return body
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// Walks a JSON text by its brackets and strings alone.
    private struct Walk {
        private var inString = false
        private var escaped = false
        var depth = 0
        /// Whether the next byte is inside a string.
        var insideString: Bool { inString }

        mutating func take(_ byte: UInt8) {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                return
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
    }

    /// Whether the object that begins here is all there is.
    private static func isOneValue(_ body: [UInt8], from start: Int) -> Bool {
        var walk = Walk()
        for index in start..<body.count {
            walk.take(body[index])
            if walk.depth == 0 { return body[(index + 1)...].allSatisfy(isSpace) }
        }
        return false
    }

    private static func flattened(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var walk = Walk()
        var line = Array(value)
        for index in line.indices {
            if !walk.insideString, line[index] == 0x0A || line[index] == 0x0D { line[index] = 0x20 }
            walk.take(line[index])
        }
        return line
    }

    private static func elements(of body: [UInt8], from start: Int) throws(IngestRefusal) -> [UInt8] {
        var walk = Walk()
        var lines: [UInt8] = []
        lines.reserveCapacity(body.count)
        for index in start..<body.count {
            let byte = body[index]
            let between = !walk.insideString
            walk.take(byte)
            if index == start { continue }
            if walk.depth == 0 {
                guard body[(index + 1)...].allSatisfy(isSpace) else { throw .afterArray }
                lines.append(0x0A)
                return lines
            }
            if between, walk.depth == 1, byte == UInt8(ascii: ",") {
                lines.append(0x0A)
            } else {
                lines.append(between && (byte == 0x0A || byte == 0x0D) ? 0x20 : byte)
            }
        }
        throw .endlessArray
    }
}
