package import Store

/// All streams of a project: their buffers, deliveries and rejects.
package final class Streams: Sendable {
    /// Recovers every stream's buffer under `.weir/buffers/NAME/`; nothing is taken before it returns.
    /// Throws `LakeError`.
    package init(project: Project, store: Store, folder: ObjectFolder, workers: Workers) async throws {
        fatalError("contract")
    }

    /// Delivers by size and interval until cancelled. A failed delivery is tried again with growing delays, and
    /// its records stay in the buffer.
    package func run() async throws { fatalError("contract") }

    /// Takes records as lines of the stream's format. They are durable when this returns. Throws `StreamRefusal`.
    package func take(_ lines: [UInt8], into stream: String) async throws -> TakenRecords { fatalError("contract") }

    /// Delivers what is buffered now and waits until that is published.
    package func flush(_ stream: String) async throws { fatalError("contract") }

    package func pause(_ stream: String) async throws { fatalError("contract") }
    package func resume(_ stream: String) async throws { fatalError("contract") }

    /// Puts rejected records (nil: all that were not yet) back into the buffer; each counts once. Returns how many.
    package func redrive(_ stream: String, reject: Int64?) async throws -> Int { fatalError("contract") }

    /// Swaps the definitions after `weir apply`: new streams start, changed ones follow, removed ones are flushed.
    package func apply(_ project: Project) async throws { fatalError("contract") }

    /// Rates and counts of every stream.
    package func status() -> [StreamStatus] { fatalError("contract") }
}

package struct TakenRecords: Sendable, Hashable, Codable {
    package var records: Int
    /// The last frame that holds them.
    package var sequence: Int64

    package init(records: Int, sequence: Int64) {
        self.records = records
        self.sequence = sequence
    }
}

/// Why records were not taken. Nothing of the request is kept.
package enum StreamRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case noStream(String, nearest: String?)
    /// Too much waits to be stored; try again after some seconds.
    case busy(stream: String, seconds: Int)
    case failed(stream: String, String)

    package var description: String {
        switch self {
        case .noStream(let name, let nearest):
            "no stream \(name)" + (nearest.map { "; did you mean \($0)?" } ?? "; see streams in weir.yaml")
        case .busy(let stream, let seconds): "stream \(stream) is busy: send the records again in \(seconds) s"
        case .failed(let stream, let reason): "stream \(stream) could not store the records: \(reason)"
        }
    }
}
