import Store

extension PublicTree {
    /// At the engine's start, with nothing running: projects dirty partitions, always forward; removes links that no
    /// manifest names any more; empties the staging area; and deletes objects that no row names, which a crash left
    /// between placing and publishing. Files that other programs put into the tree stay.
    package func recover() async throws {
        try await finishExchanges()
        try await project()
        try await show(try await differing())
        let known = try await store.read { reading in
            Set(try reading.rows("SELECT path FROM objects").map { $0.text("path") })
        }
        try await Self.queue.run {
            for name in try Disk.names(in: folder.staging) { try Disk.removeTree(folder.staging + "/" + name) }
            try deleteUnnamed(in: ".objects", known)
        }
    }

    private func finishExchanges() async throws {
        try await Self.queue.run {
            for name in try Disk.names(in: folder.exchanging) {
                guard let place = PartitionPlace(fileName: name) else { continue }
                let manifest = try store.readBlocking { try $0.publicManifest(of: place) }
                try PublicDirectory(folder, place).finishExchange(manifest)
            }
        }
    }

    /// Partitions whose directory lost a link, or kept one that should have gone.
    private func differing() async throws -> [PartitionPlace] {
        let places = try await store.read { reading in
            try reading.rows("SELECT table_name, partition FROM partitions").map(PartitionPlace.init)
        }
        return try await Self.queue.run {
            try places.filter { place in
                let manifest = try store.readBlocking { try $0.publicManifest(of: place) }
                return try PublicDirectory(folder, place).differs(from: manifest)
            }
        }
    }

    private func deleteUnnamed(in directory: String, _ known: Set<String>) throws {
        for name in try Disk.names(in: folder.absolute(directory)) {
            let path = directory + "/" + name
            if try Disk.status(folder.absolute(path))?.isDirectory == true {
                try deleteUnnamed(in: path, known)
                try Disk.removeIfEmpty(folder.absolute(path))
            } else if !known.contains(path) {
                try Disk.unlink(folder.absolute(path))
            }
        }
    }
}
