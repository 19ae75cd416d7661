import CDuckDB
import Foundation
import Synchronization

/// DuckDB's shared library, found and loaded once a process.
package struct DuckDBLibrary: Sendable {
    package let path: String
    package let version: String

    /// Loads the library at the first use; as long as that fails, the next use tries again. Throws
    /// `DuckDBError.noLibrary`.
    package static func load() throws(DuckDBError) -> DuckDBLibrary {
        try loaded.withLock { loaded throws(DuckDBError) in
            if let loaded { return loaded }
            let library = try find()
            loaded = library
            return library
        }
    }

    private static let loaded = Mutex<DuckDBLibrary?>(nil)

    private static func find() throws(DuckDBError) -> DuckDBLibrary {
        let environment = ProcessInfo.processInfo.environment
        let places = candidates(environment: environment)
        guard let path = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw .noLibrary(absence(places, named: environment["WEIR_DUCKDB"]?.isEmpty == false))
        }
        if let finding = wd_load(path) {
            throw .noLibrary("can't use DuckDB at \(path): \(String(cString: finding)); \(remedy)")
        }
        return DuckDBLibrary(path: path, version: String(cString: wd_library_version()))
    }

    /// Where the library is looked for, in order: the file that `WEIR_DUCKDB` names and nowhere else, or what
    /// `.ci/setup` installs, then the system's folders.
    static func candidates(environment: [String: String]) -> [String] {
        if let named = environment["WEIR_DUCKDB"], !named.isEmpty { return [named] }
        let folders = ["/usr/local/lib", "/usr/lib", "/usr/lib/\(architecture)-linux-gnu"]
        return [dataFolder(environment: environment) + "/libduckdb.so"] + folders.map { $0 + "/libduckdb.so" }
    }

    static func dataFolder(environment: [String: String]) -> String {
        let home = environment["HOME"] ?? "/root"
        let data = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.local/share"
        return data + "/weir/duckdb-1.5.5"
    }

    static func absence(_ places: [String], named: Bool) -> String {
        named
            ? "no DuckDB library at \(places.joined()), which WEIR_DUCKDB names"
            : "no DuckDB library in \(places.joined(separator: ", ")); \(remedy)"
    }

    private static let remedy = "run .ci/setup, or set WEIR_DUCKDB to a libduckdb.so of version 1.5"

    #if arch(arm64)
        private static let architecture = "aarch64"
    #else
        private static let architecture = "x86_64"
    #endif

    /// The file of an extension: beside the library, or where `.ci/setup` puts it; nil when it is in neither.
    func extensionFile(_ name: String) -> String? {
        let folders = [
            (path as NSString).deletingLastPathComponent,
            Self.dataFolder(environment: ProcessInfo.processInfo.environment),
        ]
        return folders.map { "\($0)/\(name).duckdb_extension" }
            .first { FileManager.default.fileExists(atPath: $0) }
    }
}
