import Glibc

/// Bytes being written in a fixed piece of memory: what makes a million log lines cheap is that none of them is ever
/// a `String`. One owner; not for use from two places at once.
final class ByteWriter {
    private let memory: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        memory = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { memory.deallocate() }

    var room: Int { capacity - count }

    func write(_ text: StaticString) { write(text.utf8Start, text.utf8CodeUnitCount) }

    func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { write(start, bytes.count) }
        }
    }

    private func write(_ start: UnsafePointer<UInt8>, _ length: Int) {
        precondition(length <= room, "a line is longer than the room for it")
        (memory + count).update(from: start, count: length)
        count += length
    }

    func write(_ byte: UInt8) {
        precondition(room > 0, "a line is longer than the room for it")
        memory[count] = byte
        count += 1
    }

    /// A number that is not negative, in decimal digits.
    func write(_ number: Int) {
        var digits = 1
        var limit = 10
        while number >= limit && digits < 18 {
            digits += 1
            limit *= 10
        }
        write(number, digits: digits)
    }

    /// A number that is not negative, with leading zeros.
    func write(_ number: Int, digits: Int) {
        precondition(digits <= room, "a line is longer than the room for it")
        var rest = number
        for place in stride(from: digits - 1, through: 0, by: -1) {
            memory[count + place] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// Sixteen hexadecimal digits.
    func write(hexadecimal number: UInt64) {
        precondition(room >= 16, "a line is longer than the room for it")
        for place in 0..<16 {
            let nibble = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * place)) & 15
            memory[count + place] = nibble < 10 ? 48 + nibble : 87 + nibble
        }
        count += 16
    }

    /// Takes back what was written after a length.
    func cut(to length: Int) { count = length }

    func copy(from start: Int) -> [UInt8] { Array(UnsafeBufferPointer(start: memory + start, count: count - start)) }

    /// Writes everything to a file descriptor and begins anew. Throws `DemoError`.
    func flush(to descriptor: Int32, path: String) throws {
        var written = 0
        while written < count {
            let step = Glibc.write(descriptor, memory + written, count - written)
            guard step > 0 else { throw DemoError.file(path, "write", errno) }
            written += step
        }
        count = 0
    }
}
