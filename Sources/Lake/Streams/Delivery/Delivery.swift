import Foundation
import Store

/// What a delivery works with.
struct DeliveryServices: Sendable {
    let store: Store
    let folder: ObjectFolder
    let workers: Workers
    let tree: PublicTree
    let rejects: RejectFolder
    /// For calls on files.
    let files: BlockingQueue

    init(store: Store, folder: ObjectFolder, workers: Workers) {
        self.store = store
        self.folder = folder
        self.workers = workers
        tree = PublicTree(folder: folder, store: store)
        rejects = RejectFolder(root: folder.root)
        files = BlockingQueue("streams.files")
    }
}

/// One batch on its way from the buffer into the lake.
///
/// A worker surveys it (columns and partitions), then writes its files; they are placed under names of their own; then
/// one transaction publishes the objects, names the rejects, moves the stream's watermark and adds to its counts.
/// Before that commit a crash leaves nothing but files that no one names and the records in the buffer; after it, the
/// records below the watermark are never delivered again.
struct Delivery: Sendable {
    let services: DeliveryServices
    let stream: StreamDefinition
    let timeZone: String
    let batch: BufferIndex.Batch

    private var records: BufferedRecords {
        BufferedRecords(segments: batch.segments, first: batch.first, last: batch.last, records: batch.records)
    }
    private var attempt: String { "delivery-\(stream.name)-\(batch.first)" }

    /// Returns when it is committed, and the counts that it added. `now` tells milliseconds since 1970. Throws
    /// `WorkFailure`, `LakeError` or `StoreError`; then nothing was delivered.
    func perform(now: @Sendable () -> Int64) async throws -> DeliveryCounts {
        let (folder, files, started) = (services.folder, services.files, now())
        let output = try await files.run { [attempt] in try folder.stage(attempt) }
        var placed = PlacedFiles()
        do {
            let outcome = try await write(to: output)
            placed = try await place(outcome)
            let counts = try await commit(outcome, placed, started: started, now: now())
            await removeStage()
            return counts
        } catch {
            await remove(placed)
            await removeStage()
            throw error
        }
    }

    private func write(to output: String) async throws -> DeliverOutcome {
        let known = try await services.store.read { [stream] in try $0.columns(ofCatalog: stream.into) }
        let survey = try await survey(columns: known)
        let existing = try await existing(survey.partitions)
        let statement = DeliverStatement(
            batch: records, format: stream.format, timeField: stream.time, timeZone: timeZone,
            partition: stream.partition, dedupe: stream.dedupe, columns: survey.columns, existing: existing,
            outputDirectory: output)
        guard case .delivered(let outcome) = try await perform(.deliver(statement)) else {
            throw WorkFailure(.queryFailed, "a worker answered a delivery with something else")
        }
        return outcome
    }

    private func survey(columns: [Column]) async throws -> SurveyOutcome {
        let statement = SurveyStatement(
            batch: records, format: stream.format, timeField: stream.time, timeZone: timeZone,
            partition: stream.partition, columns: columns)
        guard case .surveyed(let outcome) = try await perform(.survey(statement)) else {
            throw WorkFailure(.queryFailed, "a worker answered a survey with something else")
        }
        return outcome
    }

    /// Deliveries are short, and records wait for them: they take the next free slot.
    private func perform(_ statement: Statement) async throws -> StatementResult {
        try await services.workers.perform(statement, holder: "stream \(stream.name)", priority: .interactive)
    }

    /// The objects in which resent records may be: those of the partitions that the batch touches.
    private func existing(_ partitions: [String]) async throws -> [String: [String]] {
        guard stream.dedupe != nil else { return [:] }
        return try await services.store.read { [stream, folder = services.folder] reading in
            var existing: [String: [String]] = [:]
            for partition in partitions {
                guard let interval = Interval(partition: partition) else { continue }
                do {
                    let pinned = try reading.pin(stream.into, .intervals(interval...interval), in: folder)
                    existing[partition] = pinned.files
                } catch is UnknownTable {
                    return [:]
                }
            }
            return existing
        }
    }

    /// Files under their final names that no row names yet.
    private struct PlacedFiles: Sendable {
        var objects: [(partition: String, object: StagedObject)] = []
        var rejects: [(file: RejectFile, path: String)] = []
    }

    private func place(_ outcome: DeliverOutcome) async throws -> PlacedFiles {
        let (services, stream, records) = (services, stream, records)
        return try await services.files.run {
            var placed = PlacedFiles()
            do {
                for (partition, file) in outcome.files.sorted(by: { $0.key < $1.key }) {
                    let object = try services.folder.place(file, table: stream.into, partition: partition)
                    placed.objects.append((partition, object))
                }
                for (number, file) in outcome.rejects.enumerated() {
                    let path = try services.rejects.place(file, stream: stream.name, batch: records, number: number)
                    placed.rejects.append((file, path))
                }
                return placed
            } catch {
                for (_, object) in placed.objects { _ = try? Disk.unlink(services.folder.absolute(object.path)) }
                for (_, path) in placed.rejects { services.rejects.remove(path) }
                throw error
            }
        }
    }

    private func commit(
        _ outcome: DeliverOutcome, _ placed: PlacedFiles, started: Int64, now: Int64
    ) async throws -> DeliveryCounts {
        let (stream, batch) = (stream, batch)
        return try await services.store.write { writing in
            let delivery = try writing.insert(
                """
                INSERT INTO deliveries (stream, first_sequence, last_sequence, records, rejected, duplicates, bytes,
                    partitions, at, duration_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(stream.name), .integer(batch.first), .integer(batch.last), Value(outcome.delivered),
                    Value(outcome.rejected), Value(outcome.duplicates),
                    .integer(placed.objects.reduce(0) { $0 + $1.object.bytes }),
                    .text(try StoredJSON.text(placed.objects.map(\.partition))), .integer(now),
                    .integer(now - started),
                ])
            for (partition, object) in placed.objects {
                _ = try writing.publish(
                    StagedPartition(
                        table: stream.into, kind: .stream, partition: partition, objects: [object], mode: .append,
                        origin: "delivery \(delivery)"), at: now)
            }
            for (file, path) in placed.rejects {
                try writing.insert(
                    "INSERT INTO rejects (stream, day, reason, records, path, at) VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        .text(stream.name), .text(file.day), .text(file.reason), Value(file.records), .text(path),
                        .integer(now),
                    ])
            }
            var counts = DeliveryCounts(
                delivered: outcome.delivered, rejected: outcome.rejected, duplicates: outcome.duplicates, redriven: 0)
            try writing.settle(counts, batch, stream: stream.name, at: now)
            counts.redriven = try writing.markRedriven(batch.redriven, stream: stream.name, at: now)
            return counts
        }
    }

    /// After a failure. A commit that reported one may still have happened on a dying disk, so a file goes only when
    /// no row names it; what can't be told now is swept at the next start.
    private func remove(_ placed: PlacedFiles) async {
        let (services, first) = (services, batch.first)
        guard !placed.objects.isEmpty || !placed.rejects.isEmpty,
            let record = try? await services.store.read({ [stream] in try $0.streamRecord(stream.name) }),
            record.deliveredSequence < first
        else { return }
        try? await services.files.run {
            for (_, object) in placed.objects { try Disk.unlink(services.folder.absolute(object.path)) }
            for (_, path) in placed.rejects { services.rejects.remove(path) }
        }
    }

    private func removeStage() async {
        try? await services.files.run { [folder = services.folder, attempt] in folder.removeStage(attempt) }
    }
}

extension Reading {
    /// A table's columns; none before its first delivery.
    fileprivate func columns(ofCatalog table: TableName) throws -> [Column] {
        try first("SELECT columns FROM tables WHERE name = ?", [.text(table.description)])
            .map { try StoredJSON.value([Column].self, $0.text("columns")) } ?? []
    }
}
