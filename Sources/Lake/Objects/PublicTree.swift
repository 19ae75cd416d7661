package import Store

/// The directories of links that other programs may read.
///
/// A partition's directory is made beside the tree and exchanged with the old one, so that whoever lists it gets the
/// old version's names or the new one's. Names are never used twice: a reader that listed the old version and opens a
/// name too late fails, and never reads a mixture. What other programs put there stays there.
package struct PublicTree: Sendable {
    package let folder: ObjectFolder
    package let store: Store

    package init(folder: ObjectFolder, store: Store) {
        self.folder = folder
        self.store = store
    }

    /// Every exchange of this process, one after the other: each reads the manifest and acts on it before the next
    /// begins, so that an older version never follows a newer one.
    static let queue = BlockingQueue("weir.public-tree")

    /// Brings every dirty partition's directory to the current version by one exchange each. When some can't be, the
    /// others still are, and the first failure is thrown.
    package func project() async throws {
        let dirty = try await store.read { reading in
            try reading.rows("SELECT table_name, partition FROM partitions WHERE dirty = 1").map(PartitionPlace.init)
        }
        try await show(dirty)
    }

    func show(_ places: [PartitionPlace]) async throws {
        var shown: [(place: PartitionPlace, version: Int64)] = []
        var failure: (any Error)?
        for place in places {
            do {
                let version = try await Self.queue.run {
                    let manifest = try store.readBlocking { try $0.publicManifest(of: place) }
                    try PublicDirectory(folder, place).show(manifest)
                    return manifest.version
                }
                shown.append((place, version))
            } catch {
                failure = failure ?? error
            }
        }
        let done = shown
        if !done.isEmpty {
            try await store.write { writing in
                for (place, version) in done {
                    // A version that was published meanwhile is not shown yet.
                    try writing.execute(
                        "UPDATE partitions SET dirty = 0 WHERE table_name = ? AND partition = ? AND version = ?",
                        [.text(place.table.description), .text(place.partition), .integer(version)])
                }
            }
        }
        if let failure { throw failure }
    }
}

/// A partition of a table.
struct PartitionPlace: Sendable, Hashable {
    let table: TableName
    let partition: String

    init(_ table: TableName, _ partition: String) {
        self.table = table
        self.partition = partition
    }

    init(_ row: Row) throws { self.init(try TableName(row.text("table_name")), row.text("partition")) }

    /// One file name for it: `raw.access_log,dt=2026-11-21,hour=05`.
    var fileName: String {
        ([table.description] + partition.split(separator: "/").map(String.init)).joined(separator: ",")
    }

    init?(fileName: String) {
        let parts = fileName.split(separator: ",").map(String.init)
        guard let first = parts.first, let table = try? TableName(first) else { return nil }
        self.init(table, parts.dropFirst().joined(separator: "/"))
        guard partition.isEmpty || Interval(partition: partition)?.partition == partition else { return nil }
    }
}

/// What a partition's public directory should show.
struct PublicManifest: Sendable, Hashable {
    /// 0 where nothing was ever published.
    var version: Int64
    /// The directory shows this version already.
    var isShown = false
    /// Paths of objects under the lake's root, by the name that the public directory gives them.
    var current: [String: String] = [:]
    /// The same for objects of former versions whose rows are still kept.
    var former: [String: [String]] = [:]

    static func name(_ path: String) -> String { String(path[path.index(after: path.lastIndex(of: "/")!)...]) }
}

extension Reading {
    func publicManifest(of place: PartitionPlace) throws -> PublicManifest {
        try publicManifests(of: place.table, partition: place.partition)[place.partition] ?? PublicManifest(version: 0)
    }

    /// The manifests of a table's partitions, or of one.
    func publicManifests(of table: TableName, partition: String? = nil) throws -> [String: PublicManifest] {
        let arguments: [Value] = [.text(table.description), Value(partition)]
        var manifests: [String: PublicManifest] = [:]
        for row in try rows(
            "SELECT partition, version, dirty FROM partitions WHERE table_name = ?1 AND partition = ifnull(?2, partition)",
            arguments)
        {
            manifests[row.text("partition")] = PublicManifest(
                version: Int64(row.integer("version")), isShown: !row.bool("dirty"))
        }
        let objects = try rows(
            """
            SELECT o.partition, o.path, v.object_id IS NOT NULL AS current FROM objects o
            LEFT JOIN partitions p ON p.table_name = o.table_name AND p.partition = o.partition
            LEFT JOIN version_objects v ON v.table_name = o.table_name AND v.partition = o.partition
                AND v.version = p.version AND v.object_id = o.id
            WHERE o.table_name = ?1 AND o.partition = ifnull(?2, o.partition)
            """, arguments)
        for object in objects {
            let path = object.text("path")
            let name = PublicManifest.name(path)
            var manifest = manifests[object.text("partition")] ?? PublicManifest(version: 0)
            if object.bool("current") {
                manifest.current[name] = path
            } else {
                manifest.former[name, default: []].append(path)
            }
            manifests[object.text("partition")] = manifest
        }
        return manifests
    }
}
