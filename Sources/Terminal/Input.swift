/// What a user did at the terminal, or what the terminal told.
package enum Input: Hashable, Sendable {
    case key(Key)
    /// Text that was pasted, whatever it contains: it is never taken for keys.
    case paste(String)
    case mouse(Mouse)
    /// The terminal's window got or lost the keyboard.
    case focus(Bool)
    /// The terminal answers that it knows a private mode (DECRPM).
    case mode(Int, supported: Bool)
}

package struct Key: Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        case character(Unicode.Scalar)
        case enter, tab, backspace, escape, insert, delete
        case up, down, left, right, home, end, pageUp, pageDown
        case function(Int)
    }
    package struct Modifiers: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let shift = Modifiers(rawValue: 1)
        package static let alt = Modifiers(rawValue: 2)
        package static let control = Modifiers(rawValue: 4)
    }
    package var code: Code
    package var modifiers: Modifiers

    package init(_ code: Code, _ modifiers: Modifiers = []) {
        self.code = code
        self.modifiers = modifiers
    }
    package init(_ scalar: Unicode.Scalar, _ modifiers: Modifiers = []) {
        self.init(.character(scalar), modifiers)
    }
    package static func control(_ scalar: Unicode.Scalar) -> Key { Key(scalar, .control) }
}

package struct Mouse: Hashable, Sendable {
    package enum Action: Hashable, Sendable { case press, release, drag, wheelUp, wheelDown }
    package var action: Action
    /// 0 left, 1 middle, 2 right.
    package var button: Int
    /// The cell, from 0.
    package var x: Int
    package var y: Int

    package init(_ action: Action, button: Int, x: Int, y: Int) {
        self.action = action
        self.button = button
        self.x = x
        self.y = y
    }
}
