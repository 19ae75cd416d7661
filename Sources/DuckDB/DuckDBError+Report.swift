import Foundation

/// An error as DuckDB writes it with `errors_as_json`.
private struct ErrorReport: Decodable {
    let type: String
    let message: String
    let position: String?

    enum CodingKeys: String, CodingKey {
        case type = "exception_type"
        case message = "exception_message"
        case position
    }
}

extension DuckDBError {
    /// Reads DuckDB's text about a statement: JSON, perhaps behind a prefix such as `Parser Error: `, or plain text.
    init(_ text: String, in sql: String) {
        guard let start = text.firstIndex(of: "{"),
            let report = try? JSONDecoder().decode(ErrorReport.self, from: Data(text[start...].utf8))
        else {
            self = .plain(text)
            return
        }
        var position = report.position.flatMap { Int($0) }
        if report.type == "Parser" { position = position.map { SQLText.byte(ofCodePoint: $0, in: sql) } }
        self =
            switch report.type {
            case "INTERRUPT": .interrupted
            case "Out of Memory": .outOfMemory(report.message)
            case "FATAL", "INTERNAL": .fatal(report.message)
            case "Parser", "Binder", "Catalog", "Syntax", "Parameter Not Resolved":
                .invalid(message: report.message, position: position)
            default: position.map { .invalid(message: report.message, position: $0) } ?? .failed(report.message)
            }
    }

    private static func plain(_ text: String) -> DuckDBError {
        if text.hasPrefix("INTERRUPT Error") { return .interrupted }
        if text.hasPrefix("Out of Memory Error") { return .outOfMemory(text) }
        if text.hasPrefix("FATAL Error") || text.hasPrefix("INTERNAL Error") { return .fatal(text) }
        return .failed(text)
    }

    /// The same error in a statement that begins `bytes` later: a position before its start is none.
    package func shifted(by bytes: Int) -> DuckDBError {
        guard case .invalid(let message, let position?) = self else { return self }
        return .invalid(message: message, position: position >= bytes ? position - bytes : nil)
    }
}
