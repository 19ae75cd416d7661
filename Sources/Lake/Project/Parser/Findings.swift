/// What is wrong with a project, gathered while it is read: one mistake doesn't hide the others.
final class Findings {
    private(set) var errors: [ProjectError] = []

    func add(_ place: Place, _ message: String) {
        errors.append(
            ProjectError(file: ProjectParser.fileName, line: place.line, column: place.column, message: message))
    }

    /// In the file's order, each once. nil: nothing is wrong.
    var result: ProjectErrors? {
        var seen: Set<ProjectError> = []
        let inOrder = errors.filter { seen.insert($0).inserted }
            .sorted { ($0.line, $0.column, $0.message) < ($1.line, $1.column, $1.message) }
        return inOrder.isEmpty ? nil : ProjectErrors(errors: inOrder)
    }
}

/// `; did you mean 'retry'?`, or nothing when no candidate is near.
func suggestion(for text: String, among candidates: some Sequence<String>) -> String {
    NearestName.of(text, among: candidates).map { "; did you mean \(quoted($0))?" } ?? ""
}
