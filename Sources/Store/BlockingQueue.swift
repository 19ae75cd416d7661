import Dispatch

/// A thread's worth of blocking work (C calls, file calls), kept off Swift's cooperative pool: calls run one after
/// the other on a queue of their own.
package final class BlockingQueue: Sendable {
    private let queue: DispatchQueue

    package init(_ label: String) { queue = DispatchQueue(label: label) }

    /// Runs the body on this queue and returns what it returns, or throws what it throws. Once begun it runs to its
    /// end, whatever happens to the calling task.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
