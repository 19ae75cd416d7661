import Foundation
import Lake

/// The engine's two clocks: one that people read, and one that waits are measured by. Tests bring their own.
package struct Timekeeper: Sendable {
    /// Milliseconds since 1970. It may jump; nothing is decided by it.
    package var wall: @Sendable () -> Int64
    /// Milliseconds since some moment. It never jumps, and goes on while the machine sleeps.
    package var monotonic: @Sendable () -> Int64

    package init(wall: @escaping @Sendable () -> Int64, monotonic: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }

    package static let system: Timekeeper = {
        let start = ContinuousClock.now
        return Timekeeper(
            wall: { Int64(Date().timeIntervalSince1970 * 1000) },
            monotonic: { start.duration(to: .now).inMilliseconds })
    }()
}
