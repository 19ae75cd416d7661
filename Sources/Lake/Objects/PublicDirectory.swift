/// One partition's directory in the public tree. Its calls block.
struct PublicDirectory {
    private let folder: ObjectFolder
    private let target: String
    private let beside: String

    init(_ folder: ObjectFolder, _ place: PartitionPlace) {
        self.folder = folder
        target = folder.absolute(folder.publicDirectory(place.table, place.partition))
        beside = folder.exchanging + "/" + place.fileName
    }

    /// Makes the directory show the manifest's objects, beside what other programs put there. Durable on return.
    func show(_ manifest: PublicManifest) throws {
        try finishExchange(manifest)
        if let there = try Disk.status(target), !there.isDirectory {
            throw LakeError.io(path: target, action: "publish into", reason: "it is a file or a link, not a folder")
        }
        let entries = try Disk.names(in: target)
        let foreign = try foreign(to: manifest)
        let wanted = manifest.current.filter { !foreign.contains($0.key) }
        if Set(entries) == Set(foreign).union(wanted.keys), try Disk.status(target) != nil { return }

        try Disk.makeDirectories(beside)
        // An object that someone deleted can't be shown; the next crawl tells of it.
        for (name, path) in wanted where try Disk.status(folder.absolute(path)) != nil {
            _ = try Disk.link(folder.absolute(path), beside + "/" + name)
        }
        for name in foreign where try Disk.status(target + "/" + name)?.isDirectory == false {
            _ = try Disk.link(target + "/" + name, beside + "/" + name)
        }
        try Disk.sync(directory: beside)
        let parent = Disk.parent(of: target)
        try Disk.makeDirectories(parent)
        if try !Disk.renameNew(beside, target) {
            try Disk.exchange(beside, target)
        }
        try Disk.sync(directory: parent)
        try Disk.sync(directory: folder.exchanging)
        try finishExchange(manifest)
    }

    /// Whether the directory shows more or less of Weir's own than the manifest says.
    func differs(from manifest: PublicManifest) throws -> Bool {
        let entries = try Disk.names(in: target)
        if manifest.current.keys.contains(where: { !entries.contains($0) }) { return true }
        return try entries.contains { try manifest.current[$0] == nil && !isForeign($0, in: target, manifest) }
    }

    /// The names of what other programs put there.
    func foreign(to manifest: PublicManifest) throws -> [String] {
        try Disk.names(in: target).filter { try isForeign($0, in: target, manifest) }
    }

    /// Takes the former directory apart, after an exchange that was done now or cut off by a crash. Our links go; what
    /// other programs put there since their links were copied moves to the public directory.
    func finishExchange(_ manifest: PublicManifest) throws {
        for name in try Disk.names(in: beside) where !ObjectName.isOurs(name) {
            if try isForeign(name, in: beside, manifest) { try bringBack(name, from: beside, to: target) }
        }
        try Disk.removeTree(beside)
    }

    private func bringBack(_ name: String, from: String, to: String) throws {
        let (old, new) = (from + "/" + name, to + "/" + name)
        try Disk.makeDirectories(to)
        if try Disk.renameNew(old, new) { return }
        guard let left = try Disk.status(old), let there = try Disk.status(new) else { return }
        if left.isDirectory, there.isDirectory {
            for inner in try Disk.names(in: old) { try bringBack(inner, from: old, to: new) }
        } else if left.identity != there.identity, left.modified > there.modified {
            // Its program put a newer file in this place just before the exchange.
            try Disk.rename(old, new)
        }
    }

    /// A file or directory that no manifest names: another program's.
    private func isForeign(_ name: String, in directory: String, _ manifest: PublicManifest) throws -> Bool {
        let known = (manifest.former[name] ?? []) + (manifest.current[name].map { [$0] } ?? [])
        if known.isEmpty { return true }
        // Our own names are never used by others. An adopted file keeps the name that its program gave it, and that
        // program may since have put another file there, or written over it.
        if ObjectName.isOurs(name) { return false }
        let fingerprint = try Disk.status(directory + "/" + name)?.fingerprint
        return !known.contains { PublicManifest.name(Disk.parent(of: $0)) == fingerprint }
    }
}
