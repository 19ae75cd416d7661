import Synchronization

/// What an attempt leaves to read: its first and its last bytes, and how much was left out between them.
final class AttemptLog: Sendable {
    private let text: Mutex<BoundedText>

    init(limit: Int = 128 * 1024) { text = Mutex(BoundedText(limit: limit)) }

    func line(_ line: String) {
        text.withLock {
            $0.append(Array(line.utf8))
            $0.append([UInt8(ascii: "\n")])
        }
    }

    func append(_ bytes: some Collection<UInt8>) { text.withLock { $0.append(bytes) } }

    var contents: String { text.withLock { $0.contents } }
}

/// Text of bounded size: when it grows past the limit, its middle goes.
struct BoundedText: Sendable {
    private let half: Int
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private var leftOut = 0

    init(limit: Int) { half = limit / 2 }

    mutating func append(_ bytes: some Collection<UInt8>) {
        let room = half - head.count
        head += bytes.prefix(room)
        tail += bytes.dropFirst(room)
        // Trimmed at twice the size, so that each byte is moved once at most.
        if tail.count > 2 * half {
            leftOut += tail.count - half
            tail.removeFirst(tail.count - half)
        }
    }

    var contents: String {
        let kept = tail.suffix(half)
        let lost = leftOut + tail.count - kept.count
        let start = String(decoding: head, as: UTF8.self)
        guard lost > 0 else { return start + String(decoding: kept, as: UTF8.self) }
        return start + "\n… \(lost) bytes left out …\n" + String(decoding: kept, as: UTF8.self)
    }
}
