import Foundation
import Glibc
import TestSupport

/// A PostgreSQL server of a test's own, on loopback, stopped when the last reference goes. PostgreSQL refuses to run as
/// root, so root starts it as the user `postgres`.
final class PostgresServer: Sendable {
    /// Where Debian keeps the server's programs.
    static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.sorted { $0.compare($1, options: .numeric) == .orderedAscending }.last.map {
            "\(root)/\($0)/bin"
        }
    }()

    let home = TemporaryDirectory()
    let port: Int
    private let server: ProgramUnderTest

    /// `script` is fed to psql, as its author means it to be.
    init(script: String) async throws {
        guard let programs = Self.programs else {
            throw ProgramUnderTest.Failure(description: "no PostgreSQL server here: .ci/setup --tests installs it")
        }
        let data = home("data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        if getuid() == 0, let user = getpwnam("postgres") { chown(data, user.pointee.pw_uid, user.pointee.pw_gid) }
        port = Self.freePort()
        try await Self.run(
            Self.asServer(programs + "/initdb", ["-D", data, "-U", "weir", "-A", "trust", "--no-sync"]), home)
        let words = Self.asServer(
            programs + "/postgres",
            ["-D", data, "-p", "\(port)", "-k", data, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
        server = try ProgramUnderTest(words[0], Array(words.dropFirst()), keepingOutputIn: home)
        let answers = try await eventually { [port, home] in
            let psql = programs + "/psql"
            return (try? await Self.run([psql] + Self.place(port, "postgres") + ["-c", "SELECT 1"], home)) != nil
        }
        guard answers else { throw ProgramUnderTest.Failure(description: server.standardError) }
        try await Self.run([programs + "/psql"] + Self.place(port, "postgres") + ["-q", "-f", script], home)
    }

    deinit { server.send(SIGINT) }

    func address(_ database: String) -> String { "postgresql://weir:s3cr3t@127.0.0.1:\(port)/\(database)" }

    /// What psql prints for a query, a row a line.
    func answer(_ sql: String, in database: String) async throws -> [String] {
        let psql = (Self.programs ?? "") + "/psql"
        let printed = try await Self.run([psql] + Self.place(port, database) + ["-A", "-t", "-c", sql], home)
        return printed.split(separator: "\n").map(String.init)
    }

    private static func place(_ port: Int, _ database: String) -> [String] {
        ["-X", "-h", "127.0.0.1", "-p", "\(port)", "-U", "weir", "-d", database, "-v", "ON_ERROR_STOP=1"]
    }

    private static func asServer(_ program: String, _ arguments: [String]) -> [String] {
        getuid() == 0
            ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program] + arguments
            : [program] + arguments
    }

    @discardableResult
    private static func run(_ words: [String], _ home: TemporaryDirectory) async throws -> String {
        let outcome = try await ProgramUnderTest(words[0], Array(words.dropFirst()), keepingOutputIn: home).ended()
        guard outcome.code == 0 else { throw ProgramUnderTest.Failure(description: outcome.error) }
        return outcome.output
    }

    private static func freePort() -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = bind(listener, generic, size)
                _ = getsockname(listener, generic, &size)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }
}
