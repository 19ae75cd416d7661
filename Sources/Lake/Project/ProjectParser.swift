import Foundation

/// Reads `weir.yaml` and the files it names.
package enum ProjectParser {
    package static let fileName = "weir.yaml"
    /// Bytes that `weir.yaml`, and each SQL file, may have.
    package static let longestFile = 256 * 1024

    /// Reads the project in a folder. `environment` resolves `${NAME}`. Throws `ProjectErrors` with everything that
    /// is wrong, in the file's order.
    package static func load(_ directory: String, environment: [String: String]) throws -> Project {
        let directory = absolutePath(directory, in: FileManager.default.currentDirectoryPath)
        let findings = Findings()
        guard let text = projectText(directory, findings), let root = YAMLReader.read(text, findings) else {
            if findings.result == nil {
                findings.add(.start, "the file is empty: weir init writes a project to begin with")
            }
            throw findings.result ?? ProjectErrors(errors: [])
        }
        let files = SQLFiles(directory: directory)
        let reading = ProjectReading(
            directory: directory, environment: environment, findings: findings, files: files)
        let project = reading.project(root, text: text)
        if let errors = findings.result { throw errors }
        guard let project else { throw ProjectErrors(errors: []) }
        return project
    }

    private static func projectText(_ directory: String, _ findings: Findings) -> String? {
        switch TextFile.read(directory + "/" + fileName, atMost: longestFile) {
        case .success(let text): return text
        case .failure(.missing):
            findings.add(.start, "there is no \(fileName) in \(directory): weir init writes one")
        case .failure(.tooLong):
            findings.add(.start, "the file has more than \(longestFile / 1024) KiB: no project needs that")
        case .failure(.notText(let line)):
            findings.add(Place(line: line, column: 1), "this line is not UTF-8 text")
        case .failure(.unreadable(let reason)):
            findings.add(.start, "can't read \(directory)/\(fileName): \(reason)")
        }
        return nil
    }
}

/// Everything that is wrong with a project, at least one; each with its place.
package struct ProjectErrors: Error, Hashable, Sendable, CustomStringConvertible {
    package var errors: [ProjectError]

    package init(errors: [ProjectError]) { self.errors = errors }
    package var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// `weir.yaml:12:5: unknown key 'retires' in step serve; did you mean 'retry'?`
package struct ProjectError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
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
