import CPlatform
import Glibc

/// A regular file as a survey found it.
struct FoundFile: Hashable, Sendable {
    var path: String
    var identity: Disk.Status.Identity
    var size: Int64
    /// Milliseconds since 1970.
    var modified: Int64

    var name: Substring { path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...] }
    var isGzip: Bool { path.hasSuffix(".gz") }
}

/// One look at the folders of tailed files: each is listed once. Blocks.
struct FolderSurvey {
    private(set) var folders: [String: [String]] = [:]
    /// Folders that could not be listed, with the system's reason.
    private(set) var problems: [String: String] = [:]
    private var families: [String: [Disk.Status.Identity: FoundFile]] = [:]

    /// The names in a folder, sorted; none when it is absent.
    mutating func names(in folder: String) -> [String] {
        if let known = folders[folder] { return known }
        let names = list(folder)
        folders[folder] = names
        return names
    }

    private mutating func list(_ folder: String) -> [String] {
        guard let directory = opendir(folder.isEmpty ? "/" : folder) else {
            if errno != ENOENT, errno != ENOTDIR {
                problems[folder] = "can't list \(folder): \(String(cString: strerror(errno)))"
            }
            return []
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.sorted()
    }

    /// nil when there is no regular file of that name.
    func file(_ path: String) -> FoundFile? {
        var status = weir_file_status()
        guard weir_stat(path, &status) == 0, status.mode & S_IFMT == S_IFREG else { return nil }
        return FoundFile(
            path: path, identity: .init(device: status.device, inode: status.inode), size: status.size,
            modified: status.modified_ns / 1_000_000)
    }

    /// The files in a path's folder whose names begin as its own does, up to the first dot or dash: where rotation puts
    /// what it takes away.
    mutating func family(of path: String) -> [Disk.Status.Identity: FoundFile] {
        let folder = Disk.parent(of: path)
        let stem = path.dropFirst(folder == "/" ? 1 : folder.count + 1).prefix { $0 != "." && $0 != "-" }
        let key = folder + "/" + stem
        if let known = families[key] { return known }
        let files = names(in: folder).filter { $0.hasPrefix(stem) }.compactMap { file(folder + "/" + $0) }
        let family = Dictionary(files.map { ($0.identity, $0) }) { first, _ in first }
        families[key] = family
        return family
    }
}
