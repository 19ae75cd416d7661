import Lake
import Synchronization

/// Brings the public tree up to what was published, one pass at a time: passes asked for meanwhile are one pass.
final class Projector: Sendable {
    private let tree: PublicTree
    private let wakeup = Wakeup()
    private let waiters = Mutex<Line>(Line())

    private struct Line {
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isOpen = true
    }

    init(tree: PublicTree) { self.tree = tree }

    /// Works until it is cancelled; whoever waits then goes on.
    func run() async {
        for await _ in wakeup.signals {
            let waiting = take()
            // The manifest is the truth; a tree that could not follow stays marked, and the next pass tries again.
            try? await tree.project()
            for waiter in waiting { waiter.resume() }
        }
        waiters.withLock { $0.isOpen = false }
        for waiter in take() { waiter.resume() }
    }

    /// Returns when a whole pass has been made that began after this call.
    func project() async {
        await withCheckedContinuation { waiter in
            let isOpen = waiters.withLock { line in
                if line.isOpen { line.waiting.append(waiter) }
                return line.isOpen
            }
            if isOpen { wakeup.signal() } else { waiter.resume() }
        }
    }

    private func take() -> [CheckedContinuation<Void, Never>] {
        waiters.withLock { line in
            defer { line.waiting = [] }
            return line.waiting
        }
    }
}
