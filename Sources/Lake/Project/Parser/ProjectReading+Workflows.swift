extension ProjectReading {
    func workflow(_ entry: YAMLNode.Entry) -> WorkflowDraft? {
        let what = "workflow \(entry.key.value)"
        guard
            let fields = Fields(
                entry.value, what, keys: ["on", "each", "settle", "params", "steps"],
                later: [
                    "schedule": "start it by on: { event: … } or weir run \(entry.key.value)",
                    "on-close": "use settle", "deadline": "leave it out",
                ], findings)
        else { return nil }
        fields.require("steps", "a mapping of names to steps")
        let each = fields.choice("each", ["dt", "dt/hour"]).flatMap(Granularity.init)
        let settle = fields.duration("settle", in: .zero ... .seconds(86_400 * 7), "10m")
        let trigger = fields.node("on").flatMap { self.trigger($0, what) }
        let steps = fields.named("steps", "a step")
        if steps.isEmpty, fields.has("steps") {
            findings.add(fields.place(of: "steps"), "\(what) has no steps")
        }
        return WorkflowDraft(
            name: entry.key, trigger: trigger?.trigger, triggerTable: trigger?.table, each: each,
            settle: settle ?? .seconds(600),
            parameters: fields.named("params", "a parameter").compactMap { parameter($0, each, what) },
            steps: steps.compactMap { step($0, workflow: entry.key.value) })
    }

    private func trigger(_ node: YAMLNode, _ what: String) -> (trigger: Trigger, table: Placed<TableName>?)? {
        guard
            let fields = Fields(
                node, "on of \(what)", keys: ["event", "table"],
                later: [
                    "schedule": "start it by an event or by weir run", "prefix": "name one table",
                    "anything-but": "name one table", "numeric": "name one table", "exists": "name one table",
                ], findings)
        else { return nil }
        fields.require("event", "crawl.succeeded or partition.published")
        fields.require("table", "the table that the event is about, like raw.access_log")
        if let node = fields.node("table"), case .mapping = node.content {
            findings.add(node.place, "not supported yet: a pattern for table in on of \(what); name one table")
            return nil
        }
        let later = "crawl.succeeded tells that a table has changed, partition.published that a step has made a day"
        let event = fields.choice(
            "event", ["crawl.succeeded", "partition.published"],
            later: Dictionary(
                uniqueKeysWithValues: [
                    "delivery", "extract", "crawl.failed", "run.succeeded", "run.failed", "run.cancelled",
                    "step.failed", "step.retrying",
                ].map { ($0, later) }))
        guard let event, let table = fields.table("table") else { return nil }
        return (
            Trigger(event: event, table: table.description), Placed(value: table, place: fields.place(of: "table"))
        )
    }

    private func parameter(_ entry: YAMLNode.Entry, _ each: Granularity?, _ workflow: String) -> Parameter? {
        let name = entry.key.value
        let what = "parameter \(name) of \(workflow)"
        guard Identifier.isValid(name) else {
            findings.add(
                entry.key.place, "\(quoted(name)) can't name a parameter: a letter, then letters, digits and _")
            return nil
        }
        let kinds = ["date", "timestamp", "text", "int", "real", "bool"]
        let kind: Parameter.Kind?
        var fallback: ParameterValue?
        if case .scalar(let text, _) = entry.value.content {
            kind = Parameter.Kind(rawValue: text)
            if kind == nil {
                findings.add(
                    entry.value.place,
                    "\(what): expected a type (\(kinds.joined(separator: ", "))), found \(entry.value.found)"
                        + suggestion(for: text, among: kinds))
            }
        } else {
            guard let fields = Fields(entry.value, what, keys: ["type", "default"], findings) else { return nil }
            fields.require("type", kinds.joined(separator: ", "))
            kind = fields.choice("type", kinds).flatMap(Parameter.Kind.init)
            if let kind { fallback = fields.value("default", kind.example) { ParameterValue($0, kind) } }
        }
        guard let kind else { return nil }
        let given: Parameter.Kind? =
            each == nil ? nil : name == "dt" ? .date : name == "hour" && each == .hour ? .int : nil
        if let given, given != kind {
            findings.add(entry.value.place, "\(what): each run gives it, as \(given.rawValue)")
        }
        return Parameter(name: name, kind: kind, fallback: fallback)
    }
}

extension Parameter.Kind {
    var example: String {
        switch self {
        case .date: "a day like 2026-11-21"
        case .timestamp: "a time like 2026-11-21T09:30:00Z"
        case .text: "a text"
        case .int: "a whole number"
        case .real: "a number"
        case .bool: "true or false"
        }
    }
}

extension ParameterValue {
    /// The value that a text stands for; nil when it is none of the kind.
    package init?(_ text: String, _ kind: Parameter.Kind) {
        switch kind {
        case .date:
            guard let interval = Interval(text), interval.hour == nil else { return nil }
            self = .text(text)
        case .timestamp:
            guard Timestamp.isValid(text) else { return nil }
            self = .text(text)
        case .text: self = .text(text)
        case .int:
            guard let number = Int64(text) else { return nil }
            self = .int(number)
        case .real:
            guard let number = Double(text), number.isFinite else { return nil }
            self = .real(number)
        case .bool:
            guard let flag = Bool(text) else { return nil }
            self = .bool(flag)
        }
    }
}

/// Times in the form of ISO 8601 that SQL reads.
enum Timestamp {
    /// `2026-11-21T09:30`, with a space for the T, seconds, fractions and an offset as they please.
    static func isValid(_ text: String) -> Bool {
        let pattern = #/(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?/#
        guard let match = text.wholeMatch(of: pattern) else { return false }
        return Interval(String(match.1)) != nil
    }
}
