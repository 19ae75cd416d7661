import Synchronization

/// How many bytes of requests' bodies may be in memory, all connections together.
final class BodyMemory: Sendable {
    private let limit: Int
    private let used = Mutex(0)

    init(limit: Int) { self.limit = limit }

    func share() -> Share { Share(of: self) }

    private func take(_ bytes: Int) -> Bool {
        used.withLock { used in
            guard used + bytes <= limit else { return false }
            used += bytes
            return true
        }
    }

    private func giveBack(_ bytes: Int) { used.withLock { $0 -= bytes } }

    /// What one request holds of it; given back when this goes.
    final class Share: Sendable {
        private let memory: BodyMemory
        private let held = Mutex(0)

        fileprivate init(of memory: BodyMemory) { self.memory = memory }

        deinit { giveBack() }

        /// Holds so many bytes more; false, when there is no room for them.
        func take(_ bytes: Int) -> Bool {
            guard memory.take(bytes) else { return false }
            held.withLock { $0 += bytes }
            return true
        }

        /// Holds nothing more.
        func giveBack() {
            let bytes = held.withLock { held in
                defer { held = 0 }
                return held
            }
            memory.giveBack(bytes)
        }
    }
}
