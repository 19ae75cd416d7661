// The control sequences of ECMA-48 as xterm sends them for keys, the mouse (SGR 1006), pastes (2004), focus (1004)
// and answers about modes.
extension InputDecoder {
    mutating func control(_ byte: UInt8, after parameters: [UInt8], into inputs: inout [Input]) {
        switch byte {
        case 0x1B:
            restart()
        case 0x20...0x3F:
            waitForMore(parameters.count < Self.longestSequence ? parameters + [byte] : parameters)
        case 0x40...0x7E:
            finish()
            // The Linux console sends F1…F5 as `ESC [ [ A`.
            if byte == UInt8(ascii: "["), parameters.isEmpty {
                waitForMore([byte])
            } else if parameters.count < Self.longestSequence {
                interpret(byte, parameters, into: &inputs)
            }
        default:
            // A control in the midst of a sequence cancels it.
            finish()
        }
    }

    private mutating func interpret(_ final: UInt8, _ parameters: [UInt8], into inputs: inout [Input]) {
        switch (final, parameters.first) {
        case (UInt8(ascii: "M"), UInt8(ascii: "<")), (UInt8(ascii: "m"), UInt8(ascii: "<")):
            if let mouse = Self.mouse(Self.numbers(parameters.dropFirst()), pressed: final == UInt8(ascii: "M")) {
                inputs.append(.mouse(mouse))
            }
        case (UInt8(ascii: "y"), UInt8(ascii: "?")) where parameters.last == UInt8(ascii: "$"):
            let numbers = Self.numbers(parameters.dropFirst().dropLast())
            if numbers.count == 2 { inputs.append(.mode(numbers[0], supported: (1...3).contains(numbers[1]))) }
        case (_, UInt8(ascii: "[")):
            if (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(final) {
                inputs.append(.key(Key(.function(Int(final - UInt8(ascii: "A")) + 1))))
            }
        case (UInt8(ascii: "I"), nil): inputs.append(.focus(true))
        case (UInt8(ascii: "O"), nil): inputs.append(.focus(false))
        case (UInt8(ascii: "~"), _):
            let numbers = Self.numbers(parameters[...])
            if numbers.first == 200 {
                beginPaste()
            } else if numbers.count == 3, numbers[0] == 27 {
                inputs.append(contentsOf: Self.reported(numbers[2], Self.modifiers(numbers[1])))
            } else if let number = numbers.first, let code = Self.numbered(number) {
                inputs.append(.key(Key(code, numbers.count > 1 ? Self.modifiers(numbers[1]) : [])))
            }
        case (UInt8(ascii: "u"), _):
            let numbers = Self.numbers(parameters[...])
            if let number = numbers.first {
                inputs.append(
                    contentsOf: Self.reported(number, numbers.count > 1 ? Self.modifiers(numbers[1]) : []))
            }
        case (UInt8(ascii: "Z"), nil): inputs.append(.key(Key(.tab, .shift)))
        default:
            let numbers = Self.numbers(parameters[...])
            if var key = Self.single(final) {
                if numbers.count > 1 { key.modifiers = Self.modifiers(numbers[1]) }
                inputs.append(.key(key))
            }
        }
    }

    /// The keys whose sequence ends in a letter.
    static func single(_ byte: UInt8) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): Key(.up)
        case UInt8(ascii: "B"): Key(.down)
        case UInt8(ascii: "C"): Key(.right)
        case UInt8(ascii: "D"): Key(.left)
        case UInt8(ascii: "H"): Key(.home)
        case UInt8(ascii: "F"): Key(.end)
        case UInt8(ascii: "M"): Key(.enter)
        case UInt8(ascii: "P"): Key(.function(1))
        case UInt8(ascii: "Q"): Key(.function(2))
        case UInt8(ascii: "R"): Key(.function(3))
        case UInt8(ascii: "S"): Key(.function(4))
        default: nil
        }
    }

    private static func numbered(_ number: Int) -> Key.Code? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        case 11...15: .function(number - 10)
        case 17...21: .function(number - 11)
        case 23, 24: .function(number - 12)
        default: nil
        }
    }

    /// A key that the terminal reports by its code point (`CSI 27 ; m ; n ~`, `CSI n ; m u`).
    private static func reported(_ number: Int, _ modifiers: Key.Modifiers) -> [Input] {
        switch number {
        case 13: [.key(Key(.enter, modifiers))]
        case 9: [.key(Key(.tab, modifiers))]
        case 27: [.key(Key(.escape, modifiers))]
        case 8, 127: [.key(Key(.backspace, modifiers))]
        case 32...126, 160...0x10FFFF: Unicode.Scalar(UInt32(number)).map { [.key(Key($0, modifiers))] } ?? []
        default: []
        }
    }

    private static func mouse(_ numbers: [Int], pressed: Bool) -> Mouse? {
        guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
        let (x, y) = (numbers[1] - 1, numbers[2] - 1)
        switch numbers[0] {
        case 64...95: return pressed ? Mouse(numbers[0] & 1 == 0 ? .wheelUp : .wheelDown, button: 0, x: x, y: y) : nil
        case 32...63: return Mouse(.drag, button: numbers[0] & 3, x: x, y: y)
        case 0...31: return Mouse(pressed ? .press : .release, button: numbers[0] & 3, x: x, y: y)
        default: return nil
        }
    }

    private static func modifiers(_ number: Int) -> Key.Modifiers {
        guard (1...16).contains(number) else { return [] }
        return Key.Modifiers(rawValue: UInt8(number - 1) & 7)
    }

    /// The numbers between semicolons; what is no number, or too great to be meant, makes all of it void.
    private static func numbers(_ bytes: ArraySlice<UInt8>) -> [Int] {
        guard !bytes.isEmpty else { return [] }
        var numbers: [Int] = []
        for part in bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            // A colon introduces sub-parameters, which carry nothing that is used here.
            let digits = part.prefix { $0 != UInt8(ascii: ":") }
            guard digits.count <= 7, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return [] }
            numbers.append(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
        }
        return numbers
    }
}
