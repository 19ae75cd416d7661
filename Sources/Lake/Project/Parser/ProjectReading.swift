import Foundation

/// Turns the tree of `weir.yaml` into a project, section by section. What is wrong goes to `findings`; what comes
/// out is only used when there are none, so that a mistake in one place hides none elsewhere.
struct ProjectReading {
    let directory: String
    let environment: [String: String]
    let findings: Findings
    let files: SQLFiles

    func project(_ root: YAMLNode, text: String) -> Project? {
        let keys = [
            "name", "timezone", "lake", "engine", "streams", "extracts", "crawlers", "workflows", "backfill", "alerts",
        ]
        guard let fields = Fields(root, "the project", keys: keys, findings) else { return nil }
        fields.require("name", "a name like shop")
        let name = fields.value("name", "a name of letters, digits, _ and -") {
            Identifier.isValid($0, hyphens: true) ? $0 : nil
        }
        let sources = self.sources(fields)
        let drafts = fields.named("workflows", "a workflow").compactMap(workflow)
        CrossChecks(sources: sources, workflows: drafts, findings: findings).run()
        return Project(
            name: name ?? "", directory: directory, timeZone: timeZone(fields), lakeRoot: lakeRoot(fields),
            engine: engine(fields), streams: sources.streams.map(\.value), extracts: sources.extracts.map(\.value),
            crawlers: sources.crawlers.map(\.value), workflows: drafts.map { $0.sorted(findings) },
            backfill: backfill(fields), alerts: fields.named("alerts", "a channel").compactMap(alert), text: text,
            hash: hash(text))
    }

    private func timeZone(_ fields: Fields) -> String {
        guard let node = fields.node("timezone") else { return "UTC" }
        let known = TimeZone.knownTimeZoneIdentifiers
        guard case .scalar(let text, _) = node.content, text == "UTC" || known.contains(text) else {
            var hint = ""
            if case .scalar(let text, _) = node.content { hint = suggestion(for: text, among: known) }
            findings.add(node.place, "timezone: expected a zone like Asia/Tokyo, found \(node.found)\(hint)")
            return "UTC"
        }
        return text
    }

    private func lakeRoot(_ fields: Fields) -> String {
        guard let given = fields.text("lake", "a folder like ./lake") else {
            return absolutePath("lake", in: directory)
        }
        let place = fields.place(of: "lake")
        guard !given.contains("://") else {
            findings.add(place, "not supported yet: a lake at \(quoted(given)); use a folder like ./lake")
            return directory
        }
        do {
            let root = absolutePath(try References.resolve(given, environment), in: directory)
            let isOwn = root != "/" && root != directory && !directory.hasPrefix(root + "/")
            if !isOwn || (root + "/").hasPrefix(directory + "/.weir/") {
                findings.add(place, "the lake needs a folder of its own, like ./lake")
            }
            return root
        } catch {
            findings.add(place, "lake: \(error)")
            return directory
        }
    }

    private func engine(_ project: Fields) -> EngineSettings {
        let usual = EngineSettings(
            slots: ProcessInfo.processInfo.activeProcessorCount, memory: nil, scanLimit: nil, host: "127.0.0.1",
            port: 8344)
        guard let node = project.node("engine"),
            let fields = Fields(
                node, "engine", keys: ["kind", "slots", "memory", "scan-limit", "host", "port"],
                later: ["url": "statements run in DuckDB, in Weir's own workers"], findings)
        else { return usual }
        _ = fields.choice("kind", ["duckdb"], later: ["spark": "leave it out to use DuckDB"])
        let most: Int64 = 1 << 50
        return EngineSettings(
            slots: fields.whole("slots", in: 1...64) ?? usual.slots,
            memory: fields.size("memory", in: 64_000_000...most, "a size like 4GB, at least 64MB"),
            scanLimit: fields.size("scan-limit", in: 1...most, "a size like 50GB"),
            host: fields.value("host", "an address like 127.0.0.1", host) ?? usual.host,
            port: fields.whole("port", in: 0...65_535) ?? usual.port)
    }

    /// A name or an address: what a socket can be bound to is known only when it is.
    private func host(_ text: String) -> String? {
        let allowed = text.utf8.allSatisfy { byte in
            (byte >= 48 && byte <= 58) || (byte | 0x20 >= 97 && byte | 0x20 <= 122) || byte == 45 || byte == 46
        }
        return allowed && !text.isEmpty ? text : nil
    }

    private func backfill(_ project: Fields) -> BackfillSettings {
        let usual = BackfillSettings(parallel: 4, attempts: 3)
        guard let node = project.node("backfill"),
            let fields = Fields(node, "backfill", keys: ["parallel", "attempts"], findings)
        else { return usual }
        return BackfillSettings(
            parallel: fields.whole("parallel", in: 1...64) ?? usual.parallel,
            attempts: fields.whole("attempts", in: 1...100) ?? usual.attempts)
    }

    private func alert(_ entry: YAMLNode.Entry) -> AlertChannel? {
        let what = "channel \(entry.key.value)"
        guard
            let fields = Fields(
                entry.value, what, keys: ["on", "run"],
                later: ["webhook": "use run: with a program that posts, as [ curl, … ]"], findings)
        else { return nil }
        fields.require("on", "a list of kinds like [ step.failed ]")
        if !fields.has("webhook") { fields.require("run", "a program and its arguments, like [ ./alert.sh ]") }
        let on = fields.list("on", "[ step.failed, step.retrying ]") ?? []
        for pattern in on where !AlertChannel.isKnown(pattern.value) {
            findings.add(
                pattern.place,
                "on of \(what): no alert is of kind \(quoted(pattern.value))"
                    + (NearestName.of(pattern.value, among: AlertChannel.kinds).map { "; did you mean \(quoted($0))?" }
                        ?? "; expected \(AlertChannel.kinds.joined(separator: ", ")), or '*'"))
        }
        let run = fields.list("run", "[ ./alert.sh ]") ?? []
        return AlertChannel(name: entry.key.value, on: on.map(\.value), run: run.map(\.value))
    }

    /// Each part with its length before it, so that no two projects have one text.
    private func hash(_ text: String) -> String {
        var whole = "\(text.utf8.count)\n\(text)"
        for (file, sql) in files.texts.sorted(by: { $0.key < $1.key }) {
            whole += "\(file.utf8.count)\n\(file)\(sql.utf8.count)\n\(sql)"
        }
        return SHA256.hex(whole)
    }
}

extension AlertChannel {
    /// What alerts can be about.
    package static let kinds = [
        "step.retrying", "step.failed", "run.failed", "crawl.failed", "delivery.failed", "tail.failed",
        "extract.failed",
        "interval.dead",
    ]

    /// A kind, all of a family as `step.*`, or `*`.
    static func isKnown(_ pattern: String) -> Bool {
        pattern == "*" || kinds.contains(pattern)
            || (pattern.hasSuffix(".*") && kinds.contains { $0.hasPrefix(pattern.dropLast()) })
    }
}
