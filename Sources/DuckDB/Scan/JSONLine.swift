/// Reads one line as a JSON object (RFC 8259, strictly), into the places of its fields. It checks everything: the
/// grammar also of nested values, UTF-8, escapes. Only a byte order mark before the object is overlooked.
struct JSONLine {
    static let depthLimit = 256
    static let fieldLimit = 4096

    private(set) var count = 0
    private let storage: UnsafeMutablePointer<JSONField>
    /// The closing brackets that are due.
    private let stack: UnsafeMutablePointer<UInt8>

    /// The memory stays until `deallocate`.
    init() {
        storage = .allocate(capacity: Self.fieldLimit)
        stack = .allocate(capacity: Self.depthLimit)
    }

    func deallocate() {
        storage.deallocate()
        stack.deallocate()
    }

    @inline(__always) subscript(_ index: Int) -> JSONField { storage[index] }

    /// nil: the line is good, and its fields are here until the next line.
    mutating func read(_ start: Bytes, _ end: Bytes) -> Rejection? {
        var at = start
        if end - at >= 3, at[0] == 0xEF, at[1] == 0xBB, at[2] == 0xBF { at += 3 }
        JSONToken.skipSpace(&at, end)
        guard at < end, at.pointee == UInt8(ascii: "{") else { return .notAnObject }
        at += 1
        count = 0
        JSONToken.skipSpace(&at, end)
        guard at < end else { return .cutShort }
        if at.pointee == UInt8(ascii: "}") {
            at += 1
            return rest(at, end) ?? .noFields
        }
        while true {
            if let problem = readField(&at, end) { return problem }
            JSONToken.skipSpace(&at, end)
            guard at < end else { return .cutShort }
            let byte = at.pointee
            at += 1
            if byte == UInt8(ascii: "}") { return rest(at, end) }
            guard byte == UInt8(ascii: ",") else { return .malformed }
            JSONToken.skipSpace(&at, end)
        }
    }

    private func rest(_ at: Bytes, _ end: Bytes) -> Rejection? {
        var at = at
        JSONToken.skipSpace(&at, end)
        return at == end ? nil : .malformed
    }

    @inline(__always)
    private mutating func readField(_ at: inout Bytes, _ end: Bytes) -> Rejection? {
        guard at < end else { return .cutShort }
        guard at.pointee == UInt8(ascii: "\"") else { return .malformed }
        guard count < Self.fieldLimit else { return .tooManyFields }
        at += 1
        let name = at
        var escaped = false
        if let problem = JSONToken.skipString(&at, end, &escaped) { return problem }
        let nameCount = at - 1 - name
        guard nameCount > 0 else { return .unnamedField }
        JSONToken.skipSpace(&at, end)
        guard at < end else { return .cutShort }
        guard at.pointee == UInt8(ascii: ":") else { return .malformed }
        at += 1
        JSONToken.skipSpace(&at, end)
        var value = FieldValue(start: at, count: 0, kind: .null)
        if let problem = readValue(&at, end, &value) { return problem }
        (storage + count).initialize(
            to: JSONField(name: name, nameCount: nameCount, nameIsEscaped: escaped, value: value))
        count += 1
        return nil
    }

    @inline(__always)
    private func readValue(_ at: inout Bytes, _ end: Bytes, _ value: inout FieldValue) -> Rejection? {
        guard at < end else { return .cutShort }
        switch at.pointee {
        case UInt8(ascii: "\""):
            at += 1
            value.start = at
            var escaped = false
            if let problem = JSONToken.skipString(&at, end, &escaped) { return problem }
            value.count = at - 1 - value.start
            value.kind = escaped ? .escaped : .string
            return nil
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if let problem = skipNested(&at, end) { return problem }
            value.kind = .nested
        default:
            if let problem = JSONToken.skipScalar(&at, end, &value.kind) { return problem }
        }
        value.count = at - value.start
        return nil
    }

    /// Checks an array or object without recursion: a client decides how deep it is.
    private func skipNested(_ at: inout Bytes, _ end: Bytes) -> Rejection? {
        var depth = 0
        var kind = FieldValue.Kind.null
        var escaped = false
        while true {
            // Here a value begins.
            JSONToken.skipSpace(&at, end)
            guard at < end else { return .cutShort }
            let byte = at.pointee
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard depth < Self.depthLimit else { return .tooDeep }
                stack[depth] = byte == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]")
                depth += 1
                at += 1
                JSONToken.skipSpace(&at, end)
                guard at < end else { return .cutShort }
                if at.pointee != stack[depth - 1] {
                    if stack[depth - 1] == UInt8(ascii: "}"), let problem = skipName(&at, end) { return problem }
                    continue
                }
            } else if byte == UInt8(ascii: "\"") {
                at += 1
                if let problem = JSONToken.skipString(&at, end, &escaped) { return problem }
            } else if let problem = JSONToken.skipScalar(&at, end, &kind) {
                return problem
            }
            // Here a value has ended, or an empty array or object is about to.
            while true {
                JSONToken.skipSpace(&at, end)
                guard at < end else { return .cutShort }
                if at.pointee == stack[depth - 1] {
                    at += 1
                    depth -= 1
                    if depth == 0 { return nil }
                    continue
                }
                guard at.pointee == UInt8(ascii: ",") else { return .malformed }
                at += 1
                if stack[depth - 1] == UInt8(ascii: "}"), let problem = skipName(&at, end) { return problem }
                break
            }
        }
    }

    private func skipName(_ at: inout Bytes, _ end: Bytes) -> Rejection? {
        JSONToken.skipSpace(&at, end)
        guard at < end else { return .cutShort }
        guard at.pointee == UInt8(ascii: "\"") else { return .malformed }
        at += 1
        var escaped = false
        if let problem = JSONToken.skipString(&at, end, &escaped) { return problem }
        JSONToken.skipSpace(&at, end)
        guard at < end else { return .cutShort }
        guard at.pointee == UInt8(ascii: ":") else { return .malformed }
        at += 1
        return nil
    }
}
