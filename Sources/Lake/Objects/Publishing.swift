package import Store

extension Writing {
    /// Publishes a partition's new version in this transaction: manifest rows, the table's catalog entry, the event
    /// (`partition.published`; for streams and extracts `delivery` and `extract`), and the mark that the public tree
    /// must follow. Equal content publishes nothing (`changed` is false). Afterwards call `PublicTree.project`.
    /// Throws `LakeError.partitioning` when the table is cut into other partitions.
    package func publish(_ partition: StagedPartition, at now: Int64) throws -> ObjectCommit {
        let current = try reading.currentVersion(of: partition.table, partition.partition)
        let kept = partition.mode == .append ? current?.objects ?? [] : []
        guard let current, current.objects.content == (kept + partition.unnumbered).content else {
            return try publish(partition, keeping: kept, after: current, at: now)
        }
        for object in partition.objects { try record(object, of: partition, state: "retired", at: now) }
        return ObjectCommit(
            table: partition.table, partition: partition.partition, version: current.version,
            generation: current.generation, rows: current.objects.rows, bytes: current.objects.bytes, changed: false)
    }

    /// Publishes a version that holds these objects of the current one beside those that were staged.
    func publish(
        _ partition: StagedPartition, keeping kept: [KnownObject], after current: PartitionVersion?, at now: Int64
    ) throws -> ObjectCommit {
        let ids = try partition.objects.map { try record($0, of: partition, state: "live", at: now) }
        let commit = try advance(
            partition.table, partition.partition, kind: partition.kind, after: current, to: kept + partition.unnumbered,
            ids: kept.map(\.id) + ids, origin: partition.origin, at: now)
        try catalog(partition)
        return commit
    }

    /// Publishes an older kept version of a partition again, under a new version and generation: by default the one
    /// before the current. Throws `LakeError.noOlderVersion` when that version isn't kept any more.
    package func republish(table: TableName, partition: String, version: Int64? = nil, at now: Int64) throws
        -> ObjectCommit
    {
        let older = LakeError.noOlderVersion(table: table, partition: partition)
        guard let current = try reading.currentVersion(of: table, partition) else { throw older }
        let chosen =
            if let version { version } else {
                Int64(
                    try count(
                        "SELECT max(version) FROM versions WHERE table_name = ? AND partition = ? AND version < ?",
                        [.text(table.description), .text(partition), .integer(current.version)]))
            }
        guard chosen != current.version, let past = try reading.version(chosen, of: table, partition) else {
            throw older
        }
        let kind = try first("SELECT kind FROM tables WHERE name = ?", [.text(table.description)])
        return try advance(
            table, partition, kind: kind.flatMap { TableKind(rawValue: $0.text("kind")) } ?? .mart, after: current,
            to: past.objects, ids: past.objects.map(\.id), origin: "version \(chosen) again", at: now)
    }

    /// Makes the next version the current one, with its event.
    private func advance(
        _ table: TableName, _ partition: String, kind: TableKind, after current: PartitionVersion?,
        to objects: [KnownObject], ids: [Int64], origin: String, at now: Int64
    ) throws -> ObjectCommit {
        let commit = ObjectCommit(
            table: table, partition: partition, version: (current?.version ?? 0) + 1,
            generation: (current?.generation ?? 0) + 1, rows: objects.rows, bytes: objects.bytes, changed: true)
        let place: [Value] = [.text(table.description), .text(partition), .integer(commit.version)]
        try execute(
            """
            INSERT INTO versions (table_name, partition, version, rows, bytes, content, origin, published_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            place + [
                Value(commit.rows), .integer(commit.bytes), .text(objects.content), .text(origin), .integer(now),
            ])
        for id in ids {
            try execute(
                "INSERT INTO version_objects (table_name, partition, version, object_id) VALUES (?, ?, ?, ?)",
                place + [.integer(id)])
        }
        // A mart's catalog entry is made here; what streams and extracts publish waits for a crawl.
        try execute(
            """
            INSERT INTO partitions (table_name, partition, version, generation, dirty, changed_at, crawled_version)
            VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6)
            ON CONFLICT (table_name, partition) DO UPDATE SET version = ?3, generation = ?4, dirty = 1,
                changed_at = ?5, crawled_version = ifnull(?6, crawled_version)
            """,
            place + [.integer(commit.generation), .integer(now), kind == .mart ? .integer(commit.version) : .null])
        try append(commit, kind: kind, origin: origin, at: now)
        return commit
    }

    private func append(_ commit: ObjectCommit, kind: TableKind, origin: String, at now: Int64) throws {
        struct Details: Encodable {
            let version, generation: Int64
            let rows: Int
            let bytes: Int64
            let origin: String
        }
        let event: String
        switch kind {
        case .mart: event = "partition.published"
        case .stream: event = "delivery"
        case .extract: event = "extract"
        // The crawl that adopted it tells of it.
        case .adopted: return
        }
        let details = Details(
            version: commit.version, generation: commit.generation, rows: commit.rows, bytes: commit.bytes,
            origin: origin)
        try append(
            kind: event, subject: commit.table.description,
            interval: Interval(partition: commit.partition)?.description, payload: try StoredJSON.text(details),
            at: now)
    }

    /// The object's id. A path that is known already is the same object; it comes to life again if it was retired.
    @discardableResult
    private func record(_ object: StagedObject, of partition: StagedPartition, state: String, at now: Int64) throws
        -> Int64
    {
        try execute(
            """
            INSERT INTO objects (table_name, partition, path, rows, bytes, min_time, max_time, schema, content, state,
                created_at, retired_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET state = 'live', retired_at = NULL WHERE excluded.state = 'live'
            """,
            [
                .text(partition.table.description), .text(partition.partition), .text(object.path), Value(object.rows),
                Value(object.bytes), Value(object.minTime), Value(object.maxTime),
                .text(try StoredJSON.text(object.columns)), .text(object.content), .text(state), .integer(now),
                state == "retired" ? .integer(now) : .null,
            ])
        return Int64(try count("SELECT id FROM objects WHERE path = ?", [.text(object.path)]))
    }
}

extension StagedPartition {
    fileprivate var unnumbered: [KnownObject] {
        objects.map { KnownObject(id: 0, path: $0.path, rows: $0.rows, bytes: $0.bytes, content: $0.content) }
    }
}
