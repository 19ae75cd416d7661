internal import CNCurses
internal import CPlatform
import Foundation
import Glibc

/// The terminal while a program draws on it: made once, used by one thread, given back by `stop`.
///
/// From `init` on, whatever ends the process, except SIGKILL, leaves the terminal as it was found. Nothing is read
/// or written here but the terminal itself.
package final class Screen {
    package let traits: TerminalTraits
    package private(set) var size: Size
    private let wakeup: Wakeup
    private let endsInOrder: Bool
    private var shown: Grid?
    private var pairs: [UInt64: Int32] = [:]
    private var synchronizes = false
    private var mouse = false

    private static let input: Int32 = 0
    private static let output: Int32 = 1

    /// Takes the standard input and output, which must be a terminal. With `endsInOrder` the signals that ask the
    /// process to end are only told of (`Events.askedToEnd`), for a process that has more to end than itself.
    /// Throws `ScreenError`.
    package init(environment: [String: String], wakeup: Wakeup, endsInOrder: Bool) throws(ScreenError) {
        self.endsInOrder = endsInOrder
        guard isatty(Self.input) == 1, isatty(Self.output) == 1 else { throw .notATerminal }
        self.wakeup = wakeup
        let utf8 = weir_locale_start() == 1
        // The guard comes first: it must see the settings before curses changes them, and curses leaves handlers
        // alone that are already there.
        guard weir_guard_terminal(Self.input, Self.output) == 0 else { throw .notATerminal }
        weir_watch_signals(wakeup.descriptor, endsInOrder)
        let colourless = TerminalTraits(environment: environment, colors: 256, localeIsUTF8: utf8).tier == .mono
        guard weir_curses_start(colourless ? 0 : 1) == 0 else {
            weir_unwatch_signals()
            weir_release_terminal()
            throw .unknownTerminal(environment["TERM"] ?? "")
        }
        traits = TerminalTraits(environment: environment, colors: Int(weir_colors()), localeIsUTF8: utf8)
        size = Self.measured()
        weir_curses_resize(Int32(size.rows), Int32(size.columns))
        enableReports()
        if traits.answers { send("\u{1B}[?2026$p") }
    }

    /// Gives the terminal back as it was found. Draw nothing after it.
    package func stop() {
        weir_curses_stop()
        weir_unwatch_signals()
        weir_release_terminal()
    }

    /// Gives the terminal back, stops the process as `^Z` does, and takes the terminal again when it is continued.
    package func suspend() {
        weir_curses_stop()
        weir_release_terminal()
        weir_stop_here()
        _ = weir_guard_terminal(Self.input, Self.output)
        weir_watch_signals(wakeup.descriptor, endsInOrder)
        takeAgain()
    }

    /// After the process was stopped and continued by others: the terminal may have been given to somebody else.
    package func takeAgain() {
        weir_curses_resume()
        enableReports()
        remeasure()
        shown = nil
    }

    /// Waits for input, a wake-up, a signal, or until `milliseconds` have passed (nil: for ever).
    package func wait(milliseconds: Int?) -> Events {
        var waits = [
            pollfd(fd: Self.input, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let limit = milliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
        let found = poll(&waits, 2, limit)
        var events = Events(rawValue: 0)
        if found > 0 {
            if waits[0].revents & Int16(POLLIN) != 0 {
                events.insert(.input)
            } else if waits[0].revents != 0 {
                events.insert(.closed)
            }
            if waits[1].revents != 0 { wakeup.drain() }
        }
        let signals = weir_taken_signals()
        if signals & Int32(WEIR_RESIZED) != 0 { events.insert(.resized) }
        if signals & Int32(WEIR_ASKED_TO_STOP) != 0 { events.insert(.askedToStop) }
        if signals & Int32(WEIR_CONTINUED) != 0 { events.insert(.continued) }
        if signals & Int32(WEIR_ASKED_TO_END) != 0 { events.insert(.askedToEnd) }
        return events
    }

    package struct Events: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        package static let input = Events(rawValue: 1)
        /// The terminal is gone.
        package static let closed = Events(rawValue: 2)
        package static let resized = Events(rawValue: 4)
        package static let askedToStop = Events(rawValue: 8)
        package static let continued = Events(rawValue: 16)
        package static let askedToEnd = Events(rawValue: 32)
    }

    /// More was typed and waits.
    package var hasInput: Bool {
        var waits = pollfd(fd: Self.input, events: Int16(POLLIN), revents: 0)
        return poll(&waits, 1, 0) > 0
    }

    /// What was typed and waits, at most 64 KiB at a time; nil when the terminal is gone.
    package func read() -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            count = max(0, Glibc.read(Self.input, buffer.baseAddress, buffer.count))
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Asks the system for the window's size and takes it over.
    package func remeasure() {
        size = Self.measured()
        weir_curses_resize(Int32(size.rows), Int32(size.columns))
        shown = nil
    }

    /// The terminal said that it shows a frame at once when asked to.
    package func allowSynchronizedOutput() { synchronizes = true }

    package func setMouse(_ on: Bool) {
        guard on != mouse else { return }
        mouse = on
        send(on ? "\u{1B}[?1000h\u{1B}[?1002h\u{1B}[?1006h" : "\u{1B}[?1000l\u{1B}[?1002l\u{1B}[?1006l")
    }

    /// Offers a text to the terminal's clipboard (OSC 52): its first 74,994 bytes, which is what xterm takes.
    package func copy(_ text: String) {
        send("\u{1B}]52;c;" + Data(text.utf8.prefix(74_994)).base64EncodedString() + "\u{07}")
    }

    /// Shows a picture: sends what differs from the one before, and nothing when nothing does.
    package func present(_ picture: Grid) {
        let grid = traits.ascii ? picture.inASCII() : picture
        guard grid != shown else { return }
        if synchronizes { send("\u{1B}[?2026h") }
        for y in 0..<min(grid.size.rows, size.rows) {
            // Curses finds the cells that differ; rows that don't are not shown to it.
            if let shown, shown.size == grid.size, shown.row(y) == grid.row(y) { continue }
            var x = 0
            var left: Style?
            for cell in grid.row(y) {
                if cell.glyph.width > 0 {
                    let style = cell.style(after: left)
                    put(cell.glyph, style, x: x, y: y)
                    left = style
                }
                x += 1
            }
        }
        weir_curses_refresh()
        if synchronizes { send("\u{1B}[?2026l") }
        shown = grid
    }

    private func put(_ glyph: Glyph, _ style: Style, x: Int, y: Int) {
        var attributes: UInt32 = 0
        if style.modifiers.contains(.bold) { attributes |= weir_bold() }
        if style.modifiers.contains(.dim) { attributes |= weir_dim() }
        if style.modifiers.contains(.italic) { attributes |= weir_italic() }
        if style.modifiers.contains(.underline) { attributes |= weir_underline() }
        if style.modifiers.contains(.reverse) { attributes |= weir_reverse() }
        weir_put(
            Int32(y), Int32(x), glyph.base, glyph.firstMark, glyph.secondMark, Int32(glyph.width), attributes,
            pair(style))
    }

    private func pair(_ style: Style) -> Int32 {
        guard traits.tier != .mono else { return 0 }
        let foreground = style.foreground.index(in: traits.tier)
        let background = style.background.index(in: traits.tier)
        guard foreground >= 0 || background >= 0 else { return 0 }
        let key = UInt64(UInt32(bitPattern: foreground)) << 32 | UInt64(UInt32(bitPattern: background))
        if let known = pairs[key] { return known }
        let made = max(0, weir_pair(foreground, background))
        pairs[key] = made
        return made
    }

    private func enableReports() {
        send("\u{1B}[?2004h\u{1B}[?1004h")
        if mouse { send("\u{1B}[?1000h\u{1B}[?1002h\u{1B}[?1006h") }
    }

    /// Sends now. Curses has nothing of its own in store between two refreshes.
    private func send(_ sequence: String) {
        var rest = Array(sequence.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(Self.output, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }

    private static func measured() -> Size {
        var rows: UInt16 = 0
        var columns: UInt16 = 0
        guard weir_terminal_size(output, &rows, &columns) == 0, rows > 0, columns > 0 else {
            return Size(columns: 80, rows: 24)
        }
        return Size(columns: Int(columns), rows: Int(rows))
    }
}

extension Cell {
    /// Of a blank only the ground is seen: its ink is taken from the cell to its left, since each change of ink is sent
    /// to the terminal with some 20 bytes.
    fileprivate func style(after left: Style?) -> Style {
        guard glyph == .space, let left, left.background == style.background,
            style.modifiers.union(left.modifiers).isDisjoint(with: [.underline, .reverse])
        else { return style }
        return left
    }
}

/// Why the screen could not be taken.
package enum ScreenError: Error, Hashable, Sendable, CustomStringConvertible {
    case notATerminal
    case unknownTerminal(String)

    package var description: String {
        switch self {
        case .notATerminal:
            "standard input and output are not a terminal: run this in one, or use weir status and weir runs"
        case .unknownTerminal(let name):
            "the terminal type '\(name)' is not in the terminfo database: set TERM, to xterm-256color for example"
        }
    }
}
