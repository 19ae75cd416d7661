extension ProjectReading {
    /// The keys of a step that belong to one kind of work.
    private static let workKeys: [(kind: String, others: [String])] = [
        ("query", ["into", "reads", "check"]), ("extract", ["tables"]), ("crawl", []),
        ("load", ["to", "table", "mode", "key"]), ("run", []),
    ]

    func step(_ entry: YAMLNode.Entry, workflow: String) -> StepDraft? {
        let what = "step \(entry.key.value) of \(workflow)"
        let keys =
            ["needs", "timeout", "retry", "catch", "only-by", "when"]
            + Self.workKeys.flatMap { [$0.kind] + $0.others }
        guard
            let fields = Fields(
                entry.value, what, keys: keys, later: ["history": "past days stay as they are until a backfill"],
                findings)
        else { return nil }
        let needs = fields.list("needs", "[ active_users ]") ?? []
        let catches = self.catches(fields, what)
        let when = fields.node("when").flatMap { condition($0, what) }
        _ = fields.choice("only-by", ["catch"])
        guard let kind = self.kind(fields, what), let work = self.work(kind, fields, what) else { return nil }
        let definition = StepDefinition(
            name: entry.key.value, work: work.work, needs: needs.map(\.value),
            timeout: fields.duration("timeout", in: .seconds(1) ... .seconds(86_400 * 7), "10m"),
            retry: retry(fields, what), catches: catches.map(\.catcher), onlyByCatch: fields.has("only-by"),
            when: when)
        return StepDraft(
            name: entry.key, definition: definition, needs: needs, gotos: catches.map(\.goto),
            when: fields.node("when")?.place, table: work.table)
    }

    /// The one kind of work that the step names; keys of other kinds are reported.
    private func kind(_ fields: Fields, _ what: String) -> String? {
        let kinds = Self.workKeys.map(\.kind)
        let named = kinds.filter(fields.has)
        guard let kind = named.first else {
            findings.add(fields.place, "\(what) does nothing: expected one of \(kinds.joined(separator: ", "))")
            return nil
        }
        if named.count > 1 {
            findings.add(fields.place, "\(what) has \(named.joined(separator: " and ")): make it \(named.count) steps")
        }
        for (other, keys) in Self.workKeys where other != kind && !named.contains(other) {
            for key in keys {
                guard let place = fields.keyPlace(key) else { continue }
                findings.add(place, "\(quoted(key)) belongs to a \(other) step, and \(what) is a \(kind) step")
            }
        }
        return kind
    }

    private func work(_ kind: String, _ fields: Fields, _ what: String) -> (work: StepWork, table: Place?)? {
        switch kind {
        case "query": return query(fields, what).map { (.query($0), fields.place(of: "into")) }
        case "load": return load(fields, what).map { (.load($0), fields.place(of: "load")) }
        case "extract":
            let tables = fields.list("tables", "[ companies ]") ?? []
            return fields.text("extract", "an extract's name").map {
                (.extract(name: $0, tables: tables.map(\.value)), fields.place(of: "extract"))
            }
        case "crawl":
            return fields.text("crawl", "a crawler's name").map { (.crawl(name: $0), fields.place(of: "crawl")) }
        default: return fields.list("run", "[ sh, notify.sh ]").map { (.run($0.map(\.value)), nil) }
        }
    }

    private func query(_ fields: Fields, _ what: String) -> QueryWork? {
        fields.require("into", "the table that the result becomes, like mart.active_users")
        let checks = fields.node("check").map { self.checks($0, what) } ?? []
        let reads = self.reads(fields)
        let into = fields.table("into")
        guard let file = fields.text("query", "an SQL file like sql/active_users.sql"),
            let sql = files.text(Placed(value: file, place: fields.place(of: "query")), findings), let into
        else { return nil }
        return QueryWork(file: file, sql: sql, into: into, reads: reads, checks: checks)
    }

    private func reads(_ fields: Fields) -> [TableName: ClosedRange<Int>] {
        guard let node = fields.node("reads") else { return [:] }
        guard case .mapping(let entries) = node.content else {
            fields.report(node, "reads", "tables with their windows, like { raw.access_log: -6..0 }")
            return [:]
        }
        var windows: [TableName: ClosedRange<Int>] = [:]
        for entry in entries {
            guard let table = try? TableName(entry.key.value) else {
                findings.add(
                    entry.key.place,
                    "reads of \(fields.what): expected a table name like raw.access_log, found \(quoted(entry.key.value))"
                )
                continue
            }
            guard case .scalar(let text, _) = entry.value.content, let window = self.window(text) else {
                findings.add(
                    entry.value.place,
                    "reads of \(fields.what): expected a window like -6..0, in intervals, "
                        + "between -1000 and 1000, found \(entry.value.found)")
                continue
            }
            windows[table] = window
        }
        return windows
    }

    private func window(_ text: String) -> ClosedRange<Int>? {
        guard let dots = text.firstRange(of: ".."), let first = Int(text[..<dots.lowerBound]),
            let last = Int(text[dots.upperBound...]), first <= last, first >= -1000, last <= 1000
        else { return nil }
        return first...last
    }

    private func checks(_ node: YAMLNode, _ what: String) -> [Check] {
        guard case .list(let items) = node.content, !items.isEmpty else {
            findings.add(
                node.place, "check of \(what): expected a list like [ { not-null: [ score ] } ], found \(node.found)")
            return []
        }
        return items.compactMap { item in
            guard let fields = Fields(item, "check of \(what)", keys: ["not-null", "unique", "sql"], findings) else {
                return nil
            }
            let named = ["not-null", "unique", "sql"].filter(fields.has)
            guard named.count == 1 else {
                findings.add(item.place, "check of \(what): expected one of not-null, unique, sql in each")
                return nil
            }
            switch named[0] {
            case "not-null": return fields.columns("not-null").map(Check.notNull)
            case "unique": return fields.columns("unique").map(Check.unique)
            default: return fields.text("sql", "a condition like \"score >= 0\"").map(Check.sql)
            }
        }
    }

    private func load(_ fields: Fields, _ what: String) -> LoadWork? {
        fields.require("to", "a database like sqlite:serving.db")
        fields.require("table", "the table to load into")
        let mode = self.mode(fields, what)
        let to = fields.text("to", "a database like sqlite:serving.db")
        if let to { databaseAddress(to, at: fields.place(of: "to"), "to of \(what)") }
        let table = fields.value("table", "a table's name") { (try? TableName($0)).map(\.description) }
        guard let from = fields.table("load"), let to, let table else { return nil }
        return LoadWork(from: from, to: to, table: table, mode: mode)
    }

    private func mode(_ fields: Fields, _ what: String) -> LoadWork.Mode {
        guard fields.choice("mode", ["replace", "upsert"]) == "upsert" else {
            if let place = fields.keyPlace("key"), fields.node("mode")?.found != "'upsert'" {
                findings.add(place, "key of \(what): only mode: upsert has one")
            }
            return .replace
        }
        guard fields.has("key") else {
            findings.add(fields.place(of: "mode"), "mode of \(what): upsert needs key: the columns that tell a row")
            return .replace
        }
        return .upsert(key: fields.columns("key") ?? [])
    }

    private func condition(_ node: YAMLNode, _ what: String) -> Condition? {
        guard case .scalar(let text, _) = node.content, let condition = Condition(parsing: text) else {
            findings.add(
                node.place,
                "when of \(what): expected a comparison like steps.serve.rows > 0, found \(node.found)")
            return nil
        }
        return condition
    }
}
