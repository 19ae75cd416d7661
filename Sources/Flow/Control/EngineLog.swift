import Foundation
package import Logging
import Synchronization

/// `.weir/log/engine.log`: starts, stops, refusals, failures. One line an entry; when the file passes its limit it
/// becomes `engine.log.1` and a new one begins, so that both together never take more than twice the limit.
package final class EngineLog: Sendable {
    package let path: String
    private let limit: Int
    private let file: Mutex<File>

    private struct File {
        var descriptor: Int32
        var size: Int
    }

    /// Opens or makes the log. Throws `EngineFailure.unwritable`.
    package init(path: String, limit: Int = 8 << 20) throws {
        self.path = path
        self.limit = limit
        file = Mutex(try EngineLog.open(path))
    }

    deinit { file.withLock { _ = close($0.descriptor) } }

    /// A logger that writes here.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { EngineLogHandler(log: self, label: $0) }
    }

    /// Appends one line; control characters in it become visible. A full disk loses the line, never the engine.
    func append(_ line: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(line.utf8.count + 1)
        for scalar in line.unicodeScalars {
            if scalar.properties.generalCategory == .control {
                bytes += Array("\\u{\(String(scalar.value, radix: 16))}".utf8)
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
        file.withLock { file in
            if file.size > 0, file.size + bytes.count > limit, rename(path, path + ".1") == 0,
                let fresh = try? EngineLog.open(path)
            {
                close(file.descriptor)
                file = fresh
            }
            file.size += max(0, Glibc.write(file.descriptor, bytes, bytes.count))
        }
    }

    private static func open(_ path: String) throws -> File {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EngineFailure.unwritable(path: path, reason: systemReason()) }
        return File(descriptor: descriptor, size: max(0, Int(lseek(descriptor, 0, SEEK_END))))
    }
}

/// Writes swift-log's events into an `EngineLog`, as `2026-11-21T04:05:06Z warning engine: text key=value`.
struct EngineLogHandler: LogHandler {
    let log: EngineLog
    let label: String
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(log: EngineLog, label: String) {
        self.log = log
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let moment = Date().formatted(.iso8601)
        let details = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        log.append("\(moment) \(event.level) \(label): \(event.message)\(details)")
    }
}
