import Glibc

/// The lines of a batch, as both the taker of records and the scanner see them: what both must count alike.
///
/// A line ends at a newline or at the end of the bytes. Spaces, tabs and carriage returns alone make a blank line,
/// which is no record. A carriage return before the newline is not part of the line.
package enum RecordLines {
    static let newline = Int32(UInt8(ascii: "\n"))

    /// How many records the bytes hold.
    package static func count(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard var at = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        let end = at + bytes.count
        var records = 0
        while at < end {
            let stop = lineEnd(at, end)
            if !isBlank(at, stop) { records += 1 }
            at = stop + 1
        }
        return records
    }

    /// Where to cut so that the first part has about `size` bytes of whole lines: after the last newline within
    /// `size`, or after the first one beyond it, or at the end.
    package static func cut(_ bytes: UnsafeRawBufferPointer, near size: Int) -> Int {
        guard bytes.count > size, let base = bytes.baseAddress else { return bytes.count }
        if let last = bytes[..<size].lastIndex(of: UInt8(ascii: "\n")) { return last + 1 }
        guard let next = memchr(base + size, newline, bytes.count - size) else { return bytes.count }
        return UnsafeRawPointer(next) - base + 1
    }

    @inline(__always)
    static func lineEnd(_ at: Bytes, _ end: Bytes) -> Bytes {
        guard let found = memchr(at, newline, end - at) else { return end }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
    }

    @inline(__always)
    static func isBlank(_ start: Bytes, _ end: Bytes) -> Bool {
        var at = start
        while at < end, at.pointee == 0x20 || at.pointee == 0x0D || at.pointee == 0x09 { at += 1 }
        return at == end
    }

    /// The end of a line that isn't blank, without the carriage return before its newline.
    @inline(__always)
    static func trimmed(_ start: Bytes, _ end: Bytes) -> Bytes {
        end[-1] == 0x0D ? end - 1 : end
    }
}
