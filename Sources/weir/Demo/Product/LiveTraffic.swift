import Flow
import Foundation
import Lake

/// Sends today's log to the engine as the product's servers would: over HTTP, in batches, at a steady rate, and again
/// whatever was not acknowledged. How far it came is kept in `live/sent`, so a new process goes on where one ended.
struct LiveTraffic {
    static let batchLines = 500

    let folder: DemoFolder
    let plan: DemoPlan
    let linesPerSecond: Int
    /// Where the engine takes records, as `127.0.0.1:40123`; nil while none runs.
    let engineAddress: @Sendable () async -> String?

    /// Returns when all of today's lines are acknowledged.
    func run() async throws {
        let log = try Data(contentsOf: URL(fileURLWithPath: folder.liveLog(plan)), options: .alwaysMapped)
        var sent = min(folder.sentOfToday, log.count)
        let clock = ContinuousClock()
        var due = clock.now
        while sent < log.count {
            let batch = Self.batch(of: log, from: sent)
            try await deliver(batch.bytes)
            sent += batch.bytes.count
            try folder.write(sentOfToday: sent)
            due += .seconds(Double(batch.lines) / Double(max(1, linesPerSecond)))
            try await clock.sleep(until: due)
        }
    }

    private func deliver(_ batch: [UInt8]) async throws {
        var client: (address: String, post: WebhookPost)?
        while true {
            try Task.checkCancellation()
            if let address = await engineAddress() {
                if client?.address != address {
                    client = (
                        address,
                        WebhookPost(
                            url: "http://\(address)/streams/access_log", contentType: "application/x-ndjson",
                            timeout: .seconds(10))
                    )
                }
                // A batch without a reply may have been stored: it is sent again, and dedupe finds it out.
                if let reply = try? await client?.post.post(batch), (200..<300).contains(reply.status) { return }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private static func batch(of log: Data, from start: Int) -> (bytes: [UInt8], lines: Int) {
        var (end, lines) = (start, 0)
        while lines < batchLines, end < log.count {
            end = log[end...].firstIndex(of: 10).map { $0 + 1 } ?? log.count
            lines += 1
        }
        return (Array(log[start..<end]), lines)
    }
}
