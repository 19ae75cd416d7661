package import DuckDB

extension WorkFailure {
    /// What DuckDB said, under the name that retry rules know: memory that ran out and interrupts have their own,
    /// everything else has the given one. The message is one line; the detail has all of them, and with a source a
    /// pointer into it.
    package init(_ error: DuckDBError, named name: Name, in source: SQLSource? = nil) {
        let lines = error.description.split(separator: "\n").map { $0.trimmingPrefix(" ") }
        let place = source.map(\.name) ?? ""
        switch error {
        case .interrupted: self.init(.cancelled, "cancelled")
        case .outOfMemory:
            self.init(
                .queryOutOfMemory, place + "out of memory: \(lines.first ?? "") (more for each slot: engine.memory)",
                detail: error.description)
        case .noLibrary, .fatal: self.init(name, lines.joined(separator: " "))
        case .invalid(_, let position?):
            guard let source else { fallthrough }
            let point = source.point(at: position)
            self.init(
                name, "\(point.place) \(lines.joined(separator: " "))",
                detail: error.description + "\n" + point.excerpt)
        case .invalid, .failed:
            self.init(name, place + lines.joined(separator: " "), detail: lines.count > 1 ? error.description : "")
        }
    }
}
