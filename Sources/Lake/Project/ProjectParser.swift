/// Reads `weir.yaml` and the files it names.
package enum ProjectParser {
    /// Reads the project in a folder. `environment` resolves `${NAME}`. Throws `ProjectErrors`.
    package static func load(_ directory: String, environment: [String: String]) throws -> Project {
        fatalError("contract")
    }
}

/// Everything that is wrong with a project, at least one; each with its place.
package struct ProjectErrors: Error, Hashable, Sendable, CustomStringConvertible {
    package var errors: [ProjectError]

    package init(errors: [ProjectError]) { self.errors = errors }
    package var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// `weir.yaml:12:5: unknown key 'retires' in a step; did you mean 'retry'?`
package struct ProjectError: Error, Hashable, Sendable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int
    package var message: String

    package init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }
    package var description: String { "\(file):\(line):\(column): \(message)" }
}
