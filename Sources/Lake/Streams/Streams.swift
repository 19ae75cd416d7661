package import Store
import Synchronization

/// All streams of a project: their buffers, deliveries and rejects.
///
/// The invariant of each: received = delivered + rejected + duplicates + buffered, after any crash. A reject that is
/// put back counts as buffered again, and no longer as rejected.
package final class Streams: Sendable {
    private let services: DeliveryServices
    private let streams: Mutex<[String: LiveStream]>
    /// Streams that `run` has not taken up yet. Bounded by the project: each stream is offered once.
    private let starting: AsyncStream<LiveStream>
    private let start: AsyncStream<LiveStream>.Continuation

    /// Recovers every stream's buffer under `.weir/buffers/NAME/`; nothing is taken before it returns. Damaged bytes
    /// are put aside there as `damaged-…`, and the stream's status says so. Throws `LakeError` or `StoreError`.
    package init(project: Project, store: Store, folder: ObjectFolder, workers: Workers) async throws {
        services = DeliveryServices(store: store, folder: folder, workers: workers)
        (starting, start) = AsyncStream.makeStream()
        var recovered: [String: LiveStream] = [:]
        for definition in project.streams {
            let stream = try await Self.recover(definition, project, services)
            recovered[definition.name] = stream
            start.yield(stream)
        }
        streams = Mutex(recovered)
    }

    private static func recover(
        _ definition: StreamDefinition, _ project: Project, _ services: DeliveryServices
    ) async throws -> LiveStream {
        try await LiveStream.recover(
            LiveStream.Settings(definition: definition, timeZone: project.timeZone),
            folder: project.stateDirectory + "/buffers/" + definition.name, services)
    }

    /// Delivers by size and interval, and reads the files that streams tail unless it is told not to, until cancelled. A
    /// failed delivery is tried again after 1, 2, 4 … 60 s, and its records stay in the buffer. Call it once.
    package func run(tailing: Bool = true) async throws {
        await withDiscardingTaskGroup { group in
            for await stream in starting { group.addTask { await stream.run(tailing: tailing) } }
        }
    }

    /// Takes records as lines of the stream's format; blank lines are none. They are durable when this returns. When
    /// it throws, records before the failure may have been kept: send all of them again. Throws `StreamRefusal`.
    package func take(_ lines: [UInt8], into stream: String) async throws -> TakenRecords {
        try await named(stream).take(lines)
    }

    /// Delivers what is buffered now and waits until that is published. Throws what the delivery failed with.
    package func flush(_ stream: String) async throws { try await named(stream).flush() }

    /// Stops deliveries; records are still taken. It outlasts a restart.
    package func pause(_ stream: String) async throws { try await named(stream).setPaused(true) }
    package func resume(_ stream: String) async throws { try await named(stream).setPaused(false) }

    /// Puts rejected records (nil: all that were not yet) back into the buffer; each counts once. They arrive now: a
    /// stream without a time field delivers them to the present day. Returns how many.
    package func redrive(_ stream: String, reject: Int64?) async throws -> Int {
        try await named(stream).redrive(reject)
    }

    /// Swaps the definitions after `weir apply`: new streams start, changed ones follow, removed ones end. What is
    /// buffered in a changed or removed stream now is delivered by its old definition first. Throws what such a delivery
    /// failed with; then that stream and those after it are as they were. One call at a time.
    package func apply(_ project: Project) async throws {
        let wanted = Dictionary(uniqueKeysWithValues: project.streams.map { ($0.name, $0) })
        for (name, stream) in all {
            guard let definition = wanted[name] else {
                try await stream.end()
                _ = streams.withLock { $0.removeValue(forKey: name) }
                continue
            }
            let settings = LiveStream.Settings(definition: definition, timeZone: project.timeZone)
            if stream.settings != settings { try await stream.change(to: settings) }
        }
        for definition in project.streams where streams.withLock({ $0[definition.name] == nil }) {
            let stream = try await Self.recover(definition, project, services)
            streams.withLock { $0[definition.name] = stream }
            start.yield(stream)
        }
    }

    /// Rates and counts of every stream, by name.
    package func status() -> [StreamStatus] { all.map { $0.stream.status() } }

    /// nil when there is no stream of that name.
    func definition(_ name: String) -> StreamDefinition? {
        streams.withLock { $0[name] }?.settings.definition
    }

    func nearest(_ name: String) -> String? {
        NearestName.of(name, among: streams.withLock { Array($0.keys) })
    }

    private var all: [(name: String, stream: LiveStream)] {
        streams.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    private func named(_ name: String) throws -> LiveStream {
        guard let stream = streams.withLock({ $0[name] }) else {
            throw StreamRefusal.noStream(name, nearest: nearest(name))
        }
        return stream
    }
}

package struct TakenRecords: Sendable, Hashable, Codable {
    package var records: Int
    /// The last frame that holds them; 0 when there were none.
    package var sequence: Int64

    package init(records: Int, sequence: Int64) {
        self.records = records
        self.sequence = sequence
    }
}
