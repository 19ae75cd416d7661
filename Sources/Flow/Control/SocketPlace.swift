import Foundation

/// Where a project's engine takes commands: `.weir/engine.sock`, or a short name in the user's runtime folder where
/// that path is longer than a socket's name may be (107 bytes). The lock file names the place that is used.
enum SocketPlace {
    static let longest = 107

    static func path(project: String, environment: [String: String]) -> String {
        let own = project + "/.weir/engine.sock"
        guard own.utf8.count > longest else { return own }
        let folder = environment["XDG_RUNTIME_DIR"].map { $0 + "/weir" } ?? "/tmp/weir-\(getuid())"
        return folder + "/" + String(digest(project), radix: 16) + ".sock"
    }

    /// FNV-1a, 64 bits: the same for the same project in every process.
    private static func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

/// Calls the body with a Unix socket's address; nil when the path is too long to be one.
func withSocketAddress<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
    guard path.utf8.count <= SocketPlace.longest else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
}
