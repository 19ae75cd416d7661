/// Wakes one loop: signals that come while it works are one signal when it looks again.
package final class Wakeup: Sendable {
    /// For one loop only. It ends when that loop's task is cancelled.
    package let signals: AsyncStream<Void>
    private let source: AsyncStream<Void>.Continuation

    package init() {
        (signals, source) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func signal() { source.yield() }
}
