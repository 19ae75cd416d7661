import Lake

/// A good line of the demo's access log, as this reader understands it.
struct SeenRequest: Equatable {
    enum Action: Equatable {
        case post, comment, reaction, thanks, other
    }
    /// The day in the demo's time zone, in days since 1970.
    var day = Int.min
    var request: UInt64 = 0
    var company = 0
    var user = 0
    var action = Action.other
    /// 0: nobody.
    var targetUser = 0
    var status = 0
}

/// Reads lines of the demo's access log without any part of Weir's line, so that what Weir makes of them can be
/// checked: a strict reader of flat JSON objects.
struct AccessLogReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at: Int
    private let end: Int

    /// The request in a line (without its newline), or nil when the line is malformed: not one flat JSON object, a
    /// field of the wrong type, or a time that is none.
    static func request(in bytes: UnsafeBufferPointer<UInt8>, _ line: Range<Int>) -> SeenRequest? {
        var reader = AccessLogReader(bytes: bytes, at: line.lowerBound, end: line.upperBound)
        var seen = SeenRequest()
        guard reader.take(UInt8(ascii: "{")) else { return nil }
        repeat {
            guard let key = reader.text(), reader.take(UInt8(ascii: ":")), reader.field(key, &seen) else { return nil }
        } while reader.take(UInt8(ascii: ","))
        return reader.take(UInt8(ascii: "}")) && reader.at == reader.end && seen.day != .min ? seen : nil
    }

    /// Reads a key's value; false when it isn't what it must be.
    private mutating func field(_ key: Range<Int>, _ seen: inout SeenRequest) -> Bool {
        if equals(key, "ts") { return set(&seen.day, text().flatMap(day)) }
        if equals(key, "request_id") { return set(&seen.request, text().flatMap(hexadecimal)) }
        if equals(key, "company_id") { return set(&seen.company, number()) }
        if equals(key, "user_id") { return set(&seen.user, number()) }
        if equals(key, "action") { return set(&seen.action, text().map(action)) }
        if equals(key, "target_user_id") { return null() || set(&seen.targetUser, number()) }
        if equals(key, "status") { return set(&seen.status, number()) }
        return null() || text() != nil || number() != nil
    }

    private func set<Field>(_ field: inout Field, _ value: Field?) -> Bool {
        guard let value else { return false }
        field = value
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < end, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    /// A string's bytes, without its quotes.
    private mutating func text() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = at
        while at < end {
            if bytes[at] == UInt8(ascii: "\"") {
                at += 1
                return start..<(at - 1)
            }
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    private mutating func number() -> Int? {
        let start = at
        var total = 0
        while at < end, let digit = digit(at), at - start < 18 {
            total = total * 10 + digit
            at += 1
        }
        return at > start ? total : nil
    }

    private mutating func null() -> Bool {
        guard end - at >= 4, equals(at..<(at + 4), "null") else { return false }
        at += 4
        return true
    }

    private func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for (offset, index) in range.enumerated() where bytes[index] != text.utf8Start[offset] { return false }
        return true
    }

    private func digit(_ index: Int) -> Int? {
        let value = Int(bytes[index]) - 48
        return (0...9).contains(value) ? value : nil
    }

    private func digits(_ start: Int, _ count: Int) -> Int? {
        var total = 0
        for index in start..<(start + count) {
            guard let digit = digit(index) else { return nil }
            total = total * 10 + digit
        }
        return total
    }

    private func action(_ text: Range<Int>) -> SeenRequest.Action {
        if equals(text, "post") { return .post }
        if equals(text, "comment") { return .comment }
        if equals(text, "reaction") { return .reaction }
        return equals(text, "thanks") ? .thanks : .other
    }

    private func hexadecimal(_ text: Range<Int>) -> UInt64? {
        guard text.count == 16 else { return nil }
        var total: UInt64 = 0
        for index in text {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): total = total << 4 | UInt64(byte - 48)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): total = total << 4 | UInt64(byte - 87)
            default: return nil
            }
        }
        return total
    }

    /// The local day of a UTC time like `2026-11-21T03:04:05.123Z`.
    private func day(_ text: Range<Int>) -> Int? {
        let start = text.lowerBound
        guard text.count == 24, bytes[start + 10] == UInt8(ascii: "T"), bytes[start + 23] == UInt8(ascii: "Z"),
            let year = digits(start, 4), let month = digits(start + 5, 2), (1...12).contains(month),
            let date = digits(start + 8, 2), (1...31).contains(date), let hour = digits(start + 11, 2), hour < 24
        else { return nil }
        let day = CivilDate.days(year: year, month: month, day: date)
        return hour + DemoPlan.utcOffsetMilliseconds / 3_600_000 >= 24 ? day + 1 : day
    }
}
