import Foundation

/// The SQL files of a project, each read once.
final class SQLFiles {
    private let directory: String
    /// By path below the project's folder.
    private(set) var texts: [String: String] = [:]

    init(directory: String) { self.directory = directory }

    /// The text of a file below the project's folder; nil, and a finding, when there is none to use.
    func text(_ file: Placed<String>, _ findings: Findings) -> String? {
        if let known = texts[file.value] { return known }
        let parts = file.value.split(separator: "/", omittingEmptySubsequences: false)
        guard !file.value.isEmpty, !parts.contains(""), !parts.contains("..") else {
            findings.add(file.place, "query: expected a file below the project's folder, found \(quoted(file.value))")
            return nil
        }
        switch TextFile.read(directory + "/" + file.value, atMost: ProjectParser.longestFile) {
        case .success(let text) where text.contains { !$0.isWhitespace }:
            texts[file.value] = text
            return text
        case .success:
            findings.add(file.place, "\(file.value) is empty: it should hold one SELECT")
        case .failure(.missing):
            findings.add(
                file.place,
                "there is no file \(quoted(file.value))\(suggestion(for: file.value, among: neighbours(of: file.value)))"
            )
        case .failure(.tooLong):
            findings.add(file.place, "\(file.value) has more than \(ProjectParser.longestFile / 1024) KiB")
        case .failure(.notText(let line)):
            findings.add(file.place, "\(file.value): line \(line) is not UTF-8 text")
        case .failure(.unreadable(let reason)):
            findings.add(file.place, "can't read \(file.value): \(reason)")
        }
        return nil
    }

    /// The SQL files that are there: in the folder that a missing file names, and in `sql/`.
    private func neighbours(of file: String) -> [String] {
        let folders = Set([(file as NSString).deletingLastPathComponent, "sql"])
        return folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: directory + "/" + folder)) ?? [])
                .filter { $0.hasSuffix(".sql") }
                .map { folder.isEmpty ? $0 : folder + "/" + $0 }
        }
    }
}
