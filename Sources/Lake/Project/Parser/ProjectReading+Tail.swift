extension ProjectReading {
    /// `tail: [ logs/*.log ]`, or with where new files begin: `tail: { paths: [ … ], start: end }`.
    func tail(_ stream: Fields, _ name: String) -> TailSettings? {
        guard let node = stream.node("tail") else { return nil }
        let what = "tail of stream \(name)"
        guard case .mapping = node.content else {
            return stream.list("tail", "[ logs/*.log ]").map { TailSettings(patterns: patterns($0, what)) }
        }
        guard let fields = Fields(node, what, keys: ["paths", "start"], findings) else { return nil }
        fields.require("paths", "the files to read, like [ logs/*.log ]")
        let start = fields.choice("start", TailSettings.Start.allCases.map(\.rawValue)).flatMap(TailSettings.Start.init)
        return fields.list("paths", "[ logs/*.log ]").map {
            TailSettings(patterns: patterns($0, what), start: start ?? .beginning)
        }
    }

    /// Absolute, from the project's folder.
    private func patterns(_ texts: [Placed<String>], _ what: String) -> [String] {
        texts.compactMap { text in
            let parts = text.value.split(separator: "/", omittingEmptySubsequences: true)
            if text.value.hasSuffix("/") || parts.isEmpty || parts.contains("..") || parts.contains("**") {
                findings.add(
                    text.place,
                    "\(what): expected a file like /var/log/nginx/access.log or logs/*.log, without .. and **, "
                        + "found \(quoted(text.value))")
                return nil
            }
            if text.value.hasSuffix(".gz") {
                findings.add(
                    text.place,
                    "\(what): \(quoted(text.value)) will not grow: name the log itself, whose rotated .gz is found, or "
                        + "send it with zcat and weir ingest")
                return nil
            }
            let path = parts.filter { $0 != "." }.joined(separator: "/")
            return text.value.hasPrefix("/") ? "/" + path : directory + "/" + path
        }
    }
}
