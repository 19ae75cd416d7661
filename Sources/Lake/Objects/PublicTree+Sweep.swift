import Store

extension PublicTree {
    /// Versions of each partition that stay: the current one, and those that an operator may go back to.
    static let keptVersions = 3
    /// Versions that one sweep retires at most; the next takes more.
    static let batchSize = 10_000

    /// Retires versions beyond the last three once they have been superseded for longer than the grace time, which
    /// outlasts every statement that may still read them, and deletes objects that no version names any more: rows
    /// first, files then. Returns how many files were deleted.
    package func sweep(now: Int64, grace: Duration) async throws -> Int {
        let superseded = now - grace.components.seconds * 1000
        let retired = try await store.write { writing in
            try writing.retireVersions(supersededBefore: superseded, at: now)
            return try writing.rows(
                "SELECT id, path FROM objects WHERE state = 'retired' LIMIT ?", [Value(Self.batchSize)])
        }
        if retired.isEmpty { return 0 }
        let deleted = try await Self.queue.run {
            var deleted = 0
            for object in retired {
                let path = folder.absolute(object.text("path"))
                if try Disk.unlink(path) { deleted += 1 }
                // An adopted object has a folder of its own.
                let parent = Disk.parent(of: path)
                if ObjectName.isOurs(PublicManifest.name(parent) + ".parquet") { try Disk.removeIfEmpty(parent) }
            }
            return deleted
        }
        try await store.write { writing in
            for object in retired {
                try writing.execute("DELETE FROM objects WHERE id = ? AND state = 'retired'", [object["id"]])
            }
        }
        return deleted
    }
}

extension Writing {
    /// Forgets versions that are neither among their partition's last nor recent. A partition whose public directory
    /// is behind keeps all: it may still show one of them.
    fileprivate func retireVersions(supersededBefore limit: Int64, at now: Int64) throws {
        let old = try rows(
            """
            SELECT v.table_name, v.partition, v.version FROM versions v JOIN partitions p USING (table_name, partition)
            WHERE p.dirty = 0 AND v.version <= p.version - ?1 AND (
                SELECT n.published_at FROM versions n
                WHERE n.table_name = v.table_name AND n.partition = v.partition AND n.version > v.version
                ORDER BY n.version LIMIT 1) < ?2
            LIMIT ?3
            """, [Value(PublicTree.keptVersions), .integer(limit), Value(PublicTree.batchSize)])
        for version in old {
            let place = [version["table_name"], version["partition"], version["version"]]
            let objects = try rows(
                "SELECT object_id FROM version_objects WHERE table_name = ? AND partition = ? AND version = ?", place)
            for table in ["version_objects", "versions"] {
                try execute("DELETE FROM \(table) WHERE table_name = ? AND partition = ? AND version = ?", place)
            }
            for object in objects {
                try execute(
                    """
                    UPDATE objects SET state = 'retired', retired_at = ?4 WHERE id = ?3 AND NOT EXISTS (
                        SELECT 1 FROM version_objects WHERE table_name = ?1 AND partition = ?2 AND object_id = ?3)
                    """, [version["table_name"], version["partition"], object["object_id"], .integer(now)])
            }
        }
    }
}
