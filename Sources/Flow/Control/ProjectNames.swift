import Lake
package import Store

/// The names that a project defines, kept in the store so that they can be shown without an engine.
package struct ProjectNames: Sendable, Hashable, Codable {
    package var project: String
    package var workflows: [String]
    package var streams: [String]

    package init(project: String, workflows: [String], streams: [String]) {
        self.project = project
        self.workflows = workflows
        self.streams = streams
    }

    init(_ project: Project) {
        self.init(
            project: project.name, workflows: project.workflows.map(\.name), streams: project.streams.map(\.name))
    }

    func save(_ store: Store) async throws {
        let text = try JSONText.encode(self)
        try await store.write {
            try $0.execute(
                "INSERT INTO meta (key, value) VALUES ('names', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [.text(text)])
        }
    }

    /// As the last engine saved them; nil before the first.
    package static func load(_ reading: Reading) throws -> ProjectNames? {
        guard let text = try reading.first("SELECT value FROM meta WHERE key = 'names'")?.optionalText("value") else {
            return nil
        }
        return try? JSONText.decode(ProjectNames.self, text)
    }
}
