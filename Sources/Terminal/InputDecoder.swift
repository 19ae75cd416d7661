/// Turns the bytes that a terminal sends into keys, pastes, mouse and focus events.
///
/// Bytes may arrive in any pieces. A sequence that was begun is waited for, however long it takes, because its rest
/// read as keys would be commands; only an ESC with nothing after it for 25 ms is the Escape key. Sequences that it
/// does not know are skipped whole. Memory is bounded, whatever is sent.
package struct InputDecoder: Sendable {
    /// Milliseconds of a clock that never goes back.
    package typealias Instant = Int64

    static let escapePatience: Instant = 25
    /// A paste that stops for so long has lost its end.
    static let pastePatience: Instant = 1000
    static let longestPaste = 1 << 20
    static let longestSequence = 64

    private enum State: Sendable {
        case ground
        case escape
        /// After `ESC O`.
        case single
        /// After `ESC [`: the parameter and intermediate bytes so far; longer ones are only skipped.
        case control([UInt8])
        /// Inside OSC, DCS, APC, PM or SOS, up to ST or BEL; whether the last byte was ESC.
        case string(escaped: Bool)
        case paste([UInt8])
        /// Inside a character of several bytes: its value so far, the bytes to come, the least value of that length.
        case character(value: UInt32, missing: Int, least: UInt32)
    }

    private var state = State.ground
    private var since: Instant = 0
    /// ESC came before the character that is being read.
    private var alt = false

    package init() {}

    /// When `expire` has something to say if nothing more arrives.
    package var deadline: Instant? {
        switch state {
        case .escape: since + Self.escapePatience
        case .paste: since + Self.pastePatience
        case .ground, .single, .control, .string, .character: nil
        }
    }

    package mutating func feed(_ bytes: some Sequence<UInt8>, at now: Instant) -> [Input] {
        var inputs = expire(at: now)
        for byte in bytes { take(byte, into: &inputs) }
        since = now
        return inputs
    }

    /// What a silence until now means.
    package mutating func expire(at now: Instant) -> [Input] {
        guard let deadline, now >= deadline else { return [] }
        switch state {
        case .escape:
            state = .ground
            return [.key(Key(.escape))]
        case .paste(let text):
            state = .ground
            return [.paste(String(decoding: text, as: UTF8.self))]
        case .ground, .single, .control, .string, .character:
            return []
        }
    }

    private mutating func take(_ byte: UInt8, into inputs: inout [Input]) {
        switch state {
        case .ground:
            ground(byte, into: &inputs)
        case .escape:
            state = .ground
            escaped(byte, into: &inputs)
        case .single:
            state = .ground
            if byte == 0x1B { state = .escape } else if let key = Self.single(byte) { inputs.append(.key(key)) }
        case .control(let parameters):
            control(byte, after: parameters, into: &inputs)
        case .string(let wasEscaped):
            if byte == 0x07 || byte == 0x18 || byte == 0x1A || (wasEscaped && byte == UInt8(ascii: "\\")) {
                state = .ground
            } else {
                state = .string(escaped: byte == 0x1B)
            }
        case .paste(var text):
            state = .ground
            text.append(byte)
            let end: [UInt8] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]
            if byte == 0x7E, text.suffix(end.count) == end[...] {
                inputs.append(.paste(String(decoding: text.dropLast(end.count), as: UTF8.self)))
            } else {
                // What is too long loses its middle, so that the end can still be seen.
                if text.count > Self.longestPaste { text.remove(at: Self.longestPaste - end.count) }
                state = .paste(text)
            }
        case .character(let value, let missing, let least):
            character(byte, value: value, missing: missing, least: least, into: &inputs)
        }
    }

    private mutating func ground(_ byte: UInt8, into inputs: inout [Input]) {
        switch byte {
        case 0x1B: state = .escape
        case 0x0D, 0x0A: emit(.enter, into: &inputs)
        case 0x09: emit(.tab, into: &inputs)
        case 0x7F, 0x08: emit(.backspace, into: &inputs)
        case 0x00: emit(.character(" "), .control, into: &inputs)
        case 0x01...0x1A: emit(.character(Unicode.Scalar(byte + 0x60)), .control, into: &inputs)
        case 0x1C...0x1F: emit(.character(Unicode.Scalar(byte + 0x40)), .control, into: &inputs)
        case 0x20...0x7E: emit(.character(Unicode.Scalar(byte)), into: &inputs)
        case 0xC2...0xDF: state = .character(value: UInt32(byte & 0x1F), missing: 1, least: 0x80)
        case 0xE0...0xEF: state = .character(value: UInt32(byte & 0x0F), missing: 2, least: 0x800)
        case 0xF0...0xF4: state = .character(value: UInt32(byte & 0x07), missing: 3, least: 0x10000)
        default: alt = false
        }
    }

    private mutating func emit(_ code: Key.Code, _ modifiers: Key.Modifiers = [], into inputs: inout [Input]) {
        inputs.append(.key(Key(code, alt ? modifiers.union(.alt) : modifiers)))
        alt = false
    }

    private mutating func escaped(_ byte: UInt8, into inputs: inout [Input]) {
        switch byte {
        case UInt8(ascii: "["): state = .control([])
        case UInt8(ascii: "O"): state = .single
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
            state = .string(escaped: false)
        case 0x1B:
            inputs.append(.key(Key(.escape)))
            state = .escape
        default:
            alt = true
            ground(byte, into: &inputs)
        }
    }

    mutating func restart() { state = .escape }
    mutating func finish() { state = .ground }
    mutating func waitForMore(_ parameters: [UInt8]) { state = .control(parameters) }
    mutating func beginPaste() { state = .paste([]) }

    private mutating func character(
        _ byte: UInt8, value: UInt32, missing: Int, least: UInt32, into inputs: inout [Input]
    ) {
        state = .ground
        guard byte & 0xC0 == 0x80 else {
            // Cut short: the byte begins something new.
            alt = false
            ground(byte, into: &inputs)
            return
        }
        let total = value << 6 | UInt32(byte & 0x3F)
        if missing > 1 {
            state = .character(value: total, missing: missing - 1, least: least)
        } else if total >= least, total > 0x9F, let scalar = Unicode.Scalar(total) {
            emit(.character(scalar), into: &inputs)
        } else {
            alt = false
        }
    }
}
