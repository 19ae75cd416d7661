internal import CPlatform
import Foundation

/// Calls on the lake's files. Each blocks and throws `LakeError` with the path, what was tried and the system's
/// reason. A name in a directory is durable only after `sync(directory:)`.
enum Disk {
    struct Status: Sendable, Hashable {
        /// The same for two links to one file, and for no other two files at one time.
        struct Identity: Sendable, Hashable {
            let device: UInt64
            let inode: UInt64
        }
        let identity: Identity
        let size: Int64
        /// Nanoseconds since 1970; times that such a number can't hold are the nearest that it can.
        let modified: Int64
        let isDirectory: Bool
        /// Neither a directory nor a link or a device.
        let isFile: Bool

        /// 32 hexadecimal digits that change when the file is replaced or written over.
        var fingerprint: String {
            String(SHA256.hex("\(identity.inode) \(size) \(modified)").prefix(32))
        }
    }

    /// Makes a directory and those above it that are absent, each durable in its parent.
    static func makeDirectories(_ path: String) throws {
        if mkdir(path, 0o755) == 0 { return try sync(directory: parent(of: path)) }
        switch errno {
        case EEXIST:
            guard try status(path)?.isDirectory == true else { throw failure("make the folder", path, ENOTDIR) }
        case ENOENT where path.count > 1:
            try makeDirectories(parent(of: path))
            try makeDirectories(path)
        case let code: throw failure("make the folder", path, code)
        }
    }

    /// Makes the directory's entries durable.
    static func sync(directory path: String) throws {
        try withDescriptor(path, O_RDONLY | O_DIRECTORY) { descriptor in
            guard fsync(descriptor) == 0 else { throw failure("sync", path, errno) }
        }
    }

    /// Makes the file's bytes durable.
    static func sync(file path: String) throws {
        try withDescriptor(path, O_RDONLY) { descriptor in
            guard fdatasync(descriptor) == 0 else { throw failure("sync", path, errno) }
        }
    }

    static func withDescriptor<Result>(_ path: String, _ flags: Int32, _ body: (Int32) throws -> Result) throws
        -> Result
    {
        let descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("open", path, errno) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    /// nil when there is nothing of that name.
    static func status(_ path: String) throws -> Status? {
        var status = weir_file_status()
        guard weir_lstat(path, &status) == 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw failure("look at", path, code)
        }
        return Status(
            identity: .init(device: status.device, inode: status.inode), size: status.size,
            modified: status.modified_ns, isDirectory: status.mode & S_IFMT == S_IFDIR,
            isFile: status.mode & S_IFMT == S_IFREG)
    }

    /// The names in a directory, sorted; none when it is absent, or is something else, such as a link to one.
    static func names(in path: String) throws -> [String] {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR || code == ELOOP { return [] }
            throw failure("list", path, code)
        }
        guard let directory = fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw failure("list", path, code)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                guard errno == 0 else { throw failure("list", path, errno) }
                return names.sorted()
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Gives a file a second name. Returns false when that name is taken.
    static func link(_ from: String, _ to: String) throws -> Bool {
        guard Glibc.link(from, to) != 0 else { return true }
        guard errno != EEXIST else { return false }
        throw failure("link", to, errno)
    }

    /// Removes a name; true when it was there.
    @discardableResult
    static func unlink(_ path: String) throws -> Bool {
        guard Glibc.unlink(path) != 0 else { return true }
        guard errno != ENOENT else { return false }
        throw failure("delete", path, errno)
    }

    /// Removes a directory that is empty; false when it is not.
    @discardableResult
    static func removeIfEmpty(_ path: String) throws -> Bool {
        guard rmdir(path) != 0 else { return true }
        guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT else { throw failure("delete", path, errno) }
        return errno == ENOENT
    }

    /// Removes a file, or a directory with everything in it. Links are removed, never followed.
    static func removeTree(_ path: String) throws {
        guard let status = try status(path) else { return }
        guard status.isDirectory else {
            try unlink(path)
            return
        }
        for name in try names(in: path) { try removeTree(path + "/" + name) }
        try removeIfEmpty(path)
    }

    /// Renames where the new name is free; false when it is taken.
    static func renameNew(_ from: String, _ to: String) throws -> Bool {
        guard weir_rename_new(from, to) != 0 else { return true }
        guard errno != EEXIST && errno != ENOTEMPTY else { return false }
        throw failure("rename", from, errno)
    }

    /// Renames, in the place of what had the new name.
    static func rename(_ from: String, _ to: String) throws {
        guard Glibc.rename(from, to) == 0 else { throw failure("rename", from, errno) }
    }

    /// Exchanges two paths: whoever opens one of the names gets the one or the other, never neither.
    static func exchange(_ one: String, _ other: String) throws {
        guard weir_exchange(one, other) == 0 else { throw failure("exchange", other, errno) }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func failure(_ action: String, _ path: String, _ code: Int32) -> LakeError {
        if code == ENOSPC || code == EDQUOT { return .diskFull(path: path) }
        return .io(path: path, action: action, reason: String(cString: strerror(code)))
    }
}
