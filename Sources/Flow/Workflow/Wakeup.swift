/// Wakes one loop: signals that come while it works are one signal when it looks again.
final class Wakeup: Sendable {
    /// For one loop only. It ends when that loop's task is cancelled.
    let signals: AsyncStream<Void>
    private let source: AsyncStream<Void>.Continuation

    init() {
        (signals, source) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func signal() { source.yield() }
}
