/// What data comes from.
struct Sources {
    /// Each at the place of its name.
    var streams: [Placed<StreamDefinition>]
    var extracts: [Placed<ExtractDefinition>]
    var crawlers: [Placed<CrawlerDefinition>]
}

extension ProjectReading {
    func sources(_ project: Fields) -> Sources {
        func placed<Value>(_ entry: YAMLNode.Entry, _ read: (YAMLNode.Entry) -> Value?) -> Placed<Value>? {
            read(entry).map { Placed(value: $0, place: entry.key.place) }
        }
        return Sources(
            streams: project.named("streams", "a stream").compactMap { placed($0, stream) },
            extracts: project.named("extracts", "an extract").compactMap { placed($0, extract) },
            crawlers: project.named("crawlers", "a crawler").compactMap { placed($0, crawler) })
    }

    private func stream(_ entry: YAMLNode.Entry) -> StreamDefinition? {
        guard
            let fields = Fields(
                entry.value, "stream \(entry.key.value)",
                keys: [
                    "into", "format", "columns", "delimiter", "time", "partition", "buffer", "dedupe", "http", "tail",
                ], findings)
        else { return nil }
        fields.require("into", "the table that records become, like raw.\(entry.key.value)")
        let format = format(fields)
        let buffer = self.buffer(fields.node("buffer"), "buffer of stream \(entry.key.value)")
        guard let into = fields.table("into") else { return nil }
        return StreamDefinition(
            name: entry.key.value, into: into, format: format, time: fields.text("time", "the name of a field"),
            partition: fields.choice("partition", ["dt", "dt/hour"]).flatMap(Granularity.init) ?? .day,
            bufferSize: buffer.size, bufferInterval: buffer.interval,
            dedupe: fields.text("dedupe", "the name of a field"), http: fields.flag("http") ?? true,
            tail: tail(fields, entry.key.value))
    }

    private func buffer(_ node: YAMLNode?, _ what: String) -> (size: Int64, interval: Duration) {
        guard let node, let fields = Fields(node, what, keys: ["size", "interval"], findings) else {
            return (64_000_000, .seconds(60))
        }
        return (
            fields.size("size", in: 1_000_000...128 << 20, "a size like 64MB, between 1MB and 128MiB") ?? 64_000_000,
            fields.duration("interval", in: .zero ... .seconds(900), "60s") ?? .seconds(60)
        )
    }

    private func extract(_ entry: YAMLNode.Entry) -> ExtractDefinition? {
        let what = "extract \(entry.key.value)"
        guard
            let fields = Fields(
                entry.value, what, keys: ["from", "into", "tables"],
                later: ["schedule": "run weir extract \(entry.key.value), or an extract step"], findings)
        else { return nil }
        fields.require("from", "a database like sqlite:app.db")
        fields.require("into", "the schema in the lake, like raw")
        fields.require("tables", "a mapping of the tables to copy, like { companies: {} }")
        let named = fields.named("tables", "a table")
        if named.isEmpty, fields.has("tables") {
            findings.add(fields.place(of: "tables"), "tables of \(what): name at least one, like { companies: {} }")
        }
        let tables = named.filter { table in
            _ = Fields(
                table.value, "table \(table.key.value) of \(what)", keys: [],
                later: [
                    "bookmark": "leave it out to copy the whole table", "key": "leave it out to copy the whole table",
                ],
                findings)
            guard Identifier.isValid(table.key.value) else {
                findings.add(table.key.place, "\(quoted(table.key.value)) can't name a table of the lake")
                return false
            }
            return true
        }
        let into = fields.value("into", "the schema in the lake, like raw") { Identifier.isValid($0) ? $0 : nil }
        let from = fields.text("from", "a database like sqlite:app.db").flatMap { text in
            databaseAddress(text, at: fields.place(of: "from"), "from of \(what)")
        }
        guard let from, let into else { return nil }
        return ExtractDefinition(name: entry.key.value, from: from, into: into, tables: tables.map(\.key.value))
    }

    /// Resolves an address; what is wrong with it is told without showing it.
    @discardableResult
    func databaseAddress(_ text: String, at place: Place, _ what: String) -> DatabaseAddress? {
        do {
            return try DatabaseAddress(text, directory: directory, environment: environment)
        } catch {
            findings.add(place, "\(what): \(error)")
            return nil
        }
    }

    private func crawler(_ entry: YAMLNode.Entry) -> CrawlerDefinition? {
        let what = "crawler \(entry.key.value)"
        guard
            let fields = Fields(
                entry.value, what, keys: ["paths", "on", "schema-change"],
                later: ["schedule": "use on: [ delivery, extract ], or weir crawl \(entry.key.value)"], findings)
        else { return nil }
        fields.require("paths", "schemas or tables of the lake, like [ raw ]")
        _ = fields.choice(
            "schema-change", ["update"],
            later: ["log": "changes of schema are taken up", "fail": "changes of schema are taken up"])
        let paths = fields.list("paths", "[ raw ]") ?? []
        for path in paths where (try? TableName(path.value)) == nil {
            findings.add(
                path.place,
                "paths of \(what): expected a schema like raw or a table like raw.access_log, "
                    + "found \(quoted(path.value))")
        }
        var on: Set<CrawlerDefinition.Trigger> = []
        for word in fields.list("on", "[ delivery, extract ]") ?? [] {
            guard let trigger = CrawlerDefinition.Trigger(rawValue: word.value) else {
                findings.add(
                    word.place,
                    "on of \(what): expected delivery or extract, found \(quoted(word.value))"
                        + suggestion(for: word.value, among: ["delivery", "extract"]))
                continue
            }
            on.insert(trigger)
        }
        return CrawlerDefinition(name: entry.key.value, paths: paths.map(\.value), on: on)
    }
}
