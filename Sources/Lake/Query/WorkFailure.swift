/// A failure of work that an operator sees and retry rules match: a name of the fixed list, one line for a screen,
/// and more for the log.
package struct WorkFailure: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The names that `retry` and `catch` know, as in Amazon States Language.
    package enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        case timeout = "Weir.Timeout"
        case cancelled = "Weir.Cancelled"
        case engineRestarted = "Engine.Restarted"
        case workerCrashed = "Worker.Crashed"
        case queryFailed = "Query.Failed"
        case queryOutOfMemory = "Query.OutOfMemory"
        case queryScanLimit = "Query.ScanLimit"
        case loadFailed = "Load.Failed"
        case loadUnreachable = "Load.Unreachable"
        case extractFailed = "Extract.Failed"
        case crawlFailed = "Crawl.Failed"
        case checkFailed = "Check.Failed"
        case commandFailed = "Command.Failed"
    }
    package let name: Name
    package let message: String
    /// Lines for the attempt's log: the failing rows of a check, a program's last output, a pointer into the SQL.
    package let detail: String

    package init(_ name: Name, _ message: String, detail: String = "") {
        self.name = name
        self.message = message
        self.detail = detail
    }
    package var description: String { "\(name.rawValue): \(message)" }
}
