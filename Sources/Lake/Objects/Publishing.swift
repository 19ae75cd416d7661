package import Store

extension Writing {
    /// Publishes a partition's new version in this transaction: manifest rows, the mart's catalog entry, the event
    /// (`partition.published`; for streams and extracts `delivery` and `extract`), and the mark that the public tree
    /// must follow. Equal content publishes nothing (`changed` is false). Afterwards call `PublicTree.project`.
    package func publish(_ partition: StagedPartition, at now: Int64) throws -> ObjectCommit { fatalError("contract") }

    /// Publishes an older kept version of a partition again, under a new generation.
    package func republish(table: TableName, partition: String, at now: Int64) throws -> ObjectCommit {
        fatalError("contract")
    }
}

/// The directories of links that other programs may read.
package struct PublicTree: Sendable {
    package let folder: ObjectFolder
    package let store: Store

    package init(folder: ObjectFolder, store: Store) {
        self.folder = folder
        self.store = store
    }

    /// Brings every dirty partition's directory to the current version by one exchange each.
    package func project() async throws { fatalError("contract") }

    /// At the engine's start, with nothing running: projects dirty partitions, removes links that no manifest names,
    /// empties the staging area and deletes objects that no kept version names.
    package func recover() async throws { fatalError("contract") }

    /// Retires versions beyond the last three and deletes their objects after the grace time. Returns how many files.
    package func sweep(now: Int64, grace: Duration) async throws -> Int { fatalError("contract") }
}
