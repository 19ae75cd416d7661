import Foundation
import Synchronization

/// Posts records to an engine at a steady rate, from a thread of its own, until it is stopped.
final class SteadyLoad: Sendable {
    private static let recordsPerRequest = 500
    private static let line =
        #"{"ts":"2026-11-21T05:00:00.000Z","id":"a-record-of-the-usual-size","path":"/api/v2/posts/31"}"# + "\n"

    private let stopped = Mutex(false)
    private let failure = Mutex<String?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(port: UInt16, recordsPerSecond: Int) {
        let pause = Double(Self.recordsPerRequest) / Double(recordsPerSecond)
        let request = LoadClient.request(
            path: "/streams/events", body: Array(String(repeating: Self.line, count: Self.recordsPerRequest).utf8))
        Thread.detachNewThread { [self] in
            do {
                let client = try LoadClient(port: port)
                var next = TerminalMeter.now
                while !stopped.withLock({ $0 }) {
                    let status = try client.send(request)
                    guard status == 200 else { throw BenchFailure("a request was answered with \(status)") }
                    next += pause
                    let rest = next - TerminalMeter.now
                    if rest > 0 { Thread.sleep(forTimeInterval: rest) }
                }
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
            done.signal()
        }
    }

    /// Returns when nothing is sent any more. Throws what ended the load before.
    func stop() throws {
        stopped.withLock { $0 = true }
        done.wait()
        if let message = failure.withLock({ $0 }) { throw BenchFailure(message) }
    }
}
