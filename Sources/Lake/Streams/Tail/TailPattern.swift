import Glibc

/// A name of files to tail: an absolute path, in whose parts `*`, `?` and `[…]` stand for what they do in a shell.
struct TailPattern: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    var isLiteral: Bool { !Self.isWild(text) }

    func matches(_ path: String) -> Bool {
        isLiteral ? path == text : fnmatch(text, path, FNM_PATHNAME | FNM_PERIOD) == 0
    }

    /// The regular files that it names now, links followed.
    func files(in survey: inout FolderSurvey) -> [FoundFile] {
        let parts = text.split(separator: "/").map(String.init)
        guard let last = parts.last else { return [] }
        var folders = [""]
        for part in parts.dropLast() {
            folders = folders.flatMap { folder in
                Self.isWild(part)
                    ? survey.names(in: folder).filter { fnmatch(part, $0, FNM_PERIOD) == 0 }.map { folder + "/" + $0 }
                    : [folder + "/" + part]
            }
        }
        return folders.flatMap { folder in
            // Looked into in any case: a file that isn't there yet shows as a change of its folder.
            let names = survey.names(in: folder)
            let wanted = Self.isWild(last) ? names.filter { fnmatch(last, $0, FNM_PERIOD) == 0 } : [last]
            return wanted.compactMap { survey.file(folder + "/" + $0) }
        }
    }

    private static func isWild(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }
}
