import CVTerm
import Glibc

/// A terminal without a window: bytes go in, cells come out (libvterm). Used by one task at a time.
package final class TerminalEmulator {
    private let terminal: OpaquePointer
    private let screen: OpaquePointer
    package private(set) var rows: Int
    package private(set) var columns: Int

    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        terminal = vterm_new(Int32(rows), Int32(columns))
        vterm_set_utf8(terminal, 1)
        screen = vterm_obtain_screen(terminal)
        vterm_screen_enable_altscreen(screen, 1)
        vterm_screen_reset(screen, 1)
    }
    deinit { vterm_free(terminal) }

    /// Takes what a program sent.
    package func take(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            _ = vterm_input_write(terminal, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        // What a terminal would answer is left unsaid.
        var answer = [CChar](repeating: 0, count: 4096)
        while vterm_output_read(terminal, &answer, answer.count) > 0 {}
    }

    package func resize(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        vterm_set_size(terminal, Int32(rows), Int32(columns))
    }

    package func line(_ row: Int) -> String {
        var text = String.UnicodeScalarView()
        var column = 0
        while column < columns {
            let cell = cell(row, column)
            let scalars = withUnsafeBytes(of: cell.chars) { Array($0.bindMemory(to: UInt32.self)) }
            if scalars[0] == 0 { text.append(" ") }
            for scalar in scalars.prefix(while: { $0 != 0 }) {
                if let known = Unicode.Scalar(scalar) { text.append(known) }
            }
            column += max(1, Int(cell.width))
        }
        var line = String(text)
        while line.last == " " { line.removeLast() }
        return line
    }

    /// All lines, spaces at their ends cut off.
    package var text: String { (0..<rows).map(line).joined(separator: "\n") }

    /// A cell's colours as 0xRRGGBB; -1 where they are the terminal's own.
    package func colors(_ row: Int, _ column: Int) -> (foreground: Int32, background: Int32) {
        let cell = cell(row, column)
        return (weir_vterm_rgb(screen, cell.fg), weir_vterm_rgb(screen, cell.bg))
    }

    private func cell(_ row: Int, _ column: Int) -> VTermScreenCell {
        var cell = VTermScreenCell()
        _ = vterm_screen_get_cell(screen, VTermPos(row: Int32(row), col: Int32(column)), &cell)
        return cell
    }

    /// How many columns the C library gives a character in C.UTF-8; nil when it doesn't know it.
    package static func libraryWidth(of scalar: Unicode.Scalar) -> Int? {
        guard setlocale(LC_CTYPE, "C.UTF-8") != nil else { return nil }
        let width = weir_library_width(scalar.value)
        return width < 0 ? nil : Int(width)
    }
}
