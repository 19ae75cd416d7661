import Glibc

/// Reads one line of Apache's and nginx's `combined` log format (and of `common`, which ends after the bytes):
/// `host ident user [time] "request" status bytes "referer" "agent"`.
///
/// Real logs are not all as the format promises, and the fields that are sound are worth having:
/// - A request that isn't `METHOD path [HTTP/version]` (probes, TLS spoken to a plain port) makes `path` its whole
///   text, and `method` and `protocol` NULL.
/// - An agent whose closing quote is missing ends with the line: servers cut long ones.
/// - What follows the agent, in formats that extend this one, is left out.
/// - `-` is NULL. Text is kept as the server wrote it, its escapes (`\"`, `\x22`) untouched.
package enum CombinedLine {
    package static let columns: [ScanColumn] = [
        .init(name: "remote_host", kind: .varchar), .init(name: "ident", kind: .varchar),
        .init(name: "user", kind: .varchar), .init(name: "time", kind: .timestamp),
        .init(name: "method", kind: .varchar), .init(name: "path", kind: .varchar),
        .init(name: "protocol", kind: .varchar), .init(name: "status", kind: .bigint),
        .init(name: "bytes", kind: .bigint), .init(name: "referer", kind: .varchar),
        .init(name: "user_agent", kind: .varchar),
    ]

    private static let space = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")

    /// Fills the values of `columns`; nil: the line is good.
    static func read(
        _ start: Bytes, _ end: Bytes, into values: UnsafeMutablePointer<FieldValue>
    ) -> Rejection? {
        guard UTF8Text.isValid(start, end) else { return .utf8 }
        var at = start
        for column in 0..<2 {
            guard let stop = find(space, at, end), stop > at else { return .logLine(part: .host) }
            values[column] = text(at, stop)
            at = stop + 1
        }
        // A user's name may hold spaces.
        guard let bracket = timeStart(at, end), let timeEnd = find(UInt8(ascii: "]"), bracket, end) else {
            return .logLine(part: .time)
        }
        values[2] = bracket - 2 >= at ? text(at, bracket - 2) : null(at)
        values[3] = FieldValue(start: bracket, count: timeEnd - bracket, kind: .string)
        at = timeEnd + 1
        guard skip(" \"", &at, end), let requestEnd = requestEnd(at, end) else { return .logLine(part: .request) }
        readRequest(at, requestEnd, into: values + 4)
        at = requestEnd + 2
        guard let status = number(&at, end), status.kind == .null || status.count == 3 else {
            return .logLine(part: .status)
        }
        values[7] = status
        guard skip(" ", &at, end), let bytes = number(&at, end), at == end || at.pointee == space else {
            return .logLine(part: .bytes)
        }
        values[8] = bytes
        (values[9], values[10]) = (null(end), null(end))
        guard skip(" \"", &at, end) else { return nil }
        guard let refererEnd = closingQuote(at, end) else { return .logLine(part: .referer) }
        values[9] = text(at, refererEnd)
        at = refererEnd + 1
        guard skip(" \"", &at, end) else { return nil }
        values[10] = text(at, closingQuote(at, end) ?? end)
        return nil
    }

    private static func timeStart(_ at: Bytes, _ end: Bytes) -> Bytes? {
        var at = at
        while let bracket = find(UInt8(ascii: "["), at, end) {
            if bracket[-1] == space { return bracket + 1 }
            at = bracket + 1
        }
        return nil
    }

    /// The request's closing quote is the one before a status: clients send quotes, and not every server escapes them.
    private static func requestEnd(_ at: Bytes, _ end: Bytes) -> Bytes? {
        var at = at
        while let found = find(quote, at, end) {
            if end - found > 2, found[1] == space, found[2] &- 48 <= 9 || found[2] == UInt8(ascii: "-") { return found }
            at = found + 1
        }
        return nil
    }

    /// A quote that isn't escaped and ends its field.
    private static func closingQuote(_ start: Bytes, _ end: Bytes) -> Bytes? {
        var at = start
        while let found = find(quote, at, end) {
            var slashes = 0
            while found - slashes > start, found[-1 - slashes] == UInt8(ascii: "\\") { slashes += 1 }
            if slashes % 2 == 0, found + 1 == end || found[1] == space { return found }
            at = found + 1
        }
        return nil
    }

    private static func readRequest(_ start: Bytes, _ end: Bytes, into values: UnsafeMutablePointer<FieldValue>) {
        (values[0], values[1], values[2]) = (null(start), text(start, end), null(start))
        guard let methodEnd = find(space, start, end), methodEnd > start, end - methodEnd > 1,
            UnsafeBufferPointer(start: start, count: methodEnd - start).allSatisfy({ ($0 | 0x20) &- 97 < 26 })
        else { return }
        values[0] = text(start, methodEnd)
        var pathEnd = end
        // The path may hold spaces too.
        var last = end - 1
        while last > methodEnd, last.pointee != space { last -= 1 }
        if end - last > 5, last > methodEnd, memcmp(last + 1, "HTTP/", 5) == 0 {
            values[2] = text(last + 1, end)
            pathEnd = last
        }
        values[1] = text(methodEnd + 1, pathEnd)
    }

    /// Digits or `-`.
    private static func number(_ at: inout Bytes, _ end: Bytes) -> FieldValue? {
        let start = at
        while at < end, at.pointee &- 48 <= 9 { at += 1 }
        if at > start { return FieldValue(start: start, count: at - start, kind: .integer) }
        return skip("-", &at, end) ? null(start) : nil
    }

    private static func skip(_ wanted: StaticString, _ at: inout Bytes, _ end: Bytes) -> Bool {
        guard end - at >= wanted.utf8CodeUnitCount, memcmp(at, wanted.utf8Start, wanted.utf8CodeUnitCount) == 0
        else { return false }
        at += wanted.utf8CodeUnitCount
        return true
    }

    private static func text(_ start: Bytes, _ end: Bytes) -> FieldValue {
        let isDash = end - start == 1 && start.pointee == UInt8(ascii: "-")
        return FieldValue(start: start, count: end - start, kind: isDash || start == end ? .null : .string)
    }

    private static func null(_ at: Bytes) -> FieldValue { FieldValue(start: at, count: 0, kind: .null) }

    @inline(__always)
    private static func find(_ byte: UInt8, _ at: Bytes, _ end: Bytes) -> Bytes? {
        memchr(at, Int32(byte), end - at).map { Bytes($0.assumingMemoryBound(to: UInt8.self)) }
    }
}
