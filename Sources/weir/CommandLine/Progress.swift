import Console
import Foundation
import Synchronization

/// One line on a terminal that says how far a transfer is; nothing anywhere else.
final class Progress: Sendable {
    private let total: Int?
    private let isShown: Bool
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    /// `total` is in bytes; nil when it can't be known.
    init(total: Int?, isShown: Bool) {
        self.total = total
        self.isShown = isShown && Output.isTerminal
    }

    /// Draws at most ten times a second.
    func show(bytes: Int, _ words: String) {
        guard isShown else { return }
        let isDue = last.withLock { last in
            if let last, ContinuousClock.now - last < .milliseconds(100) { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        let share = total.map { $0 > 0 ? " \(bytes * 100 / $0)%" : "" } ?? ""
        Output.write("\r\u{1b}[K\(Figures.bytes(Int64(bytes)))\(share), \(words)")
    }

    func clear() {
        guard isShown, last.withLock({ $0 != nil }) else { return }
        Output.write("\r\u{1b}[K")
    }
}
