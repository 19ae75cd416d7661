import Foundation

extension Project {
    /// Replaces each `${NAME}` in an address as `weir.yaml` has it and parses it: `sqlite:path` (relative to the
    /// project). Throws `NameError` that names the variable but never its value.
    package func address(_ text: String, environment: [String: String]) throws -> DatabaseAddress {
        try DatabaseAddress(text, directory: directory, environment: environment)
    }
}

extension DatabaseAddress {
    /// Throws `NameError`, which never shows more of the address than the names of its references.
    init(_ text: String, directory: String, environment: [String: String]) throws(NameError) {
        let resolved = try References.resolve(text, environment)
        let shown = text.hasPrefix("${") ? text : String(text.prefix { $0 != ":" }) + ":…"
        guard let colon = resolved.firstIndex(of: ":") else {
            throw NameError(text: shown, expected: "an address like sqlite:app.db")
        }
        let rest = String(resolved[resolved.index(after: colon)...])
        switch resolved[..<colon] {
        case "sqlite":
            guard !rest.isEmpty, !rest.utf8.contains(0) else {
                throw NameError(text: shown, expected: "an address like sqlite:app.db")
            }
            self.init(kind: .sqlite, location: absolutePath(rest, in: directory))
        case "postgres", "postgresql", "mysql":
            throw NameError(text: shown, expected: "supported yet: only databases like sqlite:app.db are")
        default:
            throw NameError(text: shown, expected: "an address like sqlite:app.db")
        }
    }
}

/// `${NAME}` in a text, replaced from the environment.
enum References {
    /// Throws `NameError` for a variable that isn't set and for `${` that isn't closed.
    static func resolve(_ text: String, _ environment: [String: String]) throws(NameError) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "${") {
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw NameError(text: "${", expected: "closed: write ${NAME}")
            }
            let name = String(rest[start.upperBound..<end])
            guard let value = environment[name], !value.isEmpty else {
                throw NameError(text: "${\(name)}", expected: "set in the environment: export \(name)=… first")
            }
            result += value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}

/// A path of `weir.yaml`, which is relative to the project's folder; `.` and `..` are resolved.
func absolutePath(_ path: String, in directory: String) -> String {
    URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: directory, isDirectory: true)).standardizedFileURL.path
}
