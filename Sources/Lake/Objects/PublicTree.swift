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
    var version: Int64
    /// Paths of objects under the lake's root, by the name that the public directory gives them.
    var current: [String: String] = [:]
    /// The same for objects of former versions whose rows are still kept.
    var former: [String: [String]] = [:]

    static func name(_ path: String) -> String { String(path[path.index(after: path.lastIndex(of: "/")!)...]) }
}

extension Reading {
    func publicManifest(of place: PartitionPlace) throws -> PublicManifest {
        let arguments: [Value] = [.text(place.table.description), .text(place.partition)]
        let version = try count("SELECT version FROM partitions WHERE table_name = ? AND partition = ?", arguments)
        var manifest = PublicManifest(version: Int64(version))
        let objects = try rows(
            """
            SELECT path, EXISTS (
                SELECT 1 FROM version_objects v WHERE v.table_name = o.table_name AND v.partition = o.partition
                    AND v.version = ?3 AND v.object_id = o.id) AS current
            FROM objects o WHERE o.table_name = ?1 AND o.partition = ?2
            """, arguments + [Value(version)])
        for object in objects {
            let path = object.text("path")
            let name = PublicManifest.name(path)
            if object.bool("current") {
                manifest.current[name] = path
            } else {
                manifest.former[name, default: []].append(path)
            }
        }
        return manifest
    }
}
