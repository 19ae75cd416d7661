import Synchronization

/// Who wants to be told of changes. Each listener holds the newest pulse that it has not yet taken.
final class PulseBoard: Sendable {
    private let listeners = Mutex(Listeners())

    private struct Listeners {
        var next = 0
        var continuations: [Int: AsyncStream<EnginePulse>.Continuation] = [:]
        var closed = false
    }

    var hasListeners: Bool { listeners.withLock { !$0.continuations.isEmpty } }

    func listen() -> AsyncStream<EnginePulse> {
        let (stream, continuation) = AsyncStream<EnginePulse>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let identity = listeners.withLock { listeners -> Int? in
            guard !listeners.closed else { return nil }
            listeners.next += 1
            listeners.continuations[listeners.next] = continuation
            return listeners.next
        }
        guard let identity else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.continuations.removeValue(forKey: identity) }
        }
        return stream
    }

    func tell(_ pulse: EnginePulse) {
        for continuation in listeners.withLock({ Array($0.continuations.values) }) { continuation.yield(pulse) }
    }

    /// Ends every stream, also those asked for later.
    func close() {
        let ended = listeners.withLock { listeners in
            listeners.closed = true
            defer { listeners.continuations = [:] }
            return Array(listeners.continuations.values)
        }
        for continuation in ended { continuation.finish() }
    }
}
