import Glibc

/// Which lines a window of a file's bytes gives: a pure function of them.
struct LineCut: Equatable {
    /// A longer line is a reject; of one that does not fit into a window at all, one byte more than this is kept, so that
    /// the scan sees that it is too long. As long as the scan's own limit.
    static let lineLimit = 1 << 20
    /// Larger than a line may be, or nothing could be told of a longer one.
    static let windowBytes = 2 << 20

    /// Bytes of the window that are done with.
    var taken = 0
    /// Of the window: whole lines, or the beginning of one.
    var lines: Range<Int> = 0..<0
    /// The lines lack their newline.
    var lacksNewline = false
    /// What comes after the window up to the next newline belongs to a line that has been taken care of.
    var isSkipping: Bool

    /// `isFinal`: nothing will come after the window, so a last line needs no newline.
    init(_ window: UnsafeRawBufferPointer, isSkipping: Bool, isFinal: Bool) {
        var start = 0
        self.isSkipping = isSkipping
        if isSkipping {
            guard let base = window.baseAddress, let end = memchr(base, Int32(Self.newline), window.count) else {
                taken = window.count
                return
            }
            start = UnsafeRawPointer(end) - base + 1
            self.isSkipping = false
        }
        if let end = window[start...].lastIndex(of: Self.newline) {
            taken = end + 1
            lines = start..<taken
        } else if window.count - start > Self.lineLimit {
            taken = window.count
            lines = start..<(start + Self.lineLimit + 1)
            lacksNewline = true
            self.isSkipping = true
        } else if isFinal, window.count > start {
            taken = window.count
            lines = start..<taken
            lacksNewline = true
        } else {
            taken = start
        }
    }

    private static let newline = UInt8(ascii: "\n")
}
