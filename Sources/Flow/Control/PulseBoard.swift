import Synchronization

/// Who wants to be told of changes. Each listener holds the newest pulse that it has not yet taken.
final class PulseBoard: Sendable {
    private let listeners = Mutex(Listeners())

    private struct Listeners {
        var next = 0
        var listening: [Int: Listener] = [:]
        var closed = false
    }

    private struct Listener {
        let continuation: AsyncStream<EnginePulse>.Continuation
        let rest: Duration
        var toldAt: ContinuousClock.Instant
    }

    var hasListeners: Bool { listeners.withLock { !$0.listening.isEmpty } }

    /// The stream begins with `first`, when there is one. What comes sooner after another pulse than `rest` is left out: there is always
    /// another one.
    func listen(rest: Duration, first: EnginePulse? = nil) -> AsyncStream<EnginePulse> {
        let (stream, continuation) = AsyncStream<EnginePulse>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let identity = listeners.withLock { listeners -> Int? in
            guard !listeners.closed else { return nil }
            listeners.next += 1
            listeners.listening[listeners.next] = Listener(continuation: continuation, rest: rest, toldAt: .now)
            if let first { continuation.yield(first) }
            return listeners.next
        }
        guard let identity else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.listening.removeValue(forKey: identity) }
        }
        return stream
    }

    func tell(_ pulse: EnginePulse) {
        let now = ContinuousClock.now
        let due = listeners.withLock { listeners in
            let due = listeners.listening.filter { now - $0.value.toldAt >= $0.value.rest }
            for identity in due.keys { listeners.listening[identity]?.toldAt = now }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.yield(pulse) }
    }

    /// Ends every stream, also those asked for later.
    func close() {
        let ended = listeners.withLock { listeners in
            listeners.closed = true
            defer { listeners.listening = [:] }
            return listeners.listening.values.map(\.continuation)
        }
        for continuation in ended { continuation.finish() }
    }
}
