extension ProjectReading {
    /// `retry:` of a step. Its defaults are those of Amazon States Language: three retries, one second, doubled.
    func retry(_ fields: Fields, _ what: String) -> [Retrier] {
        let rules = self.rules(fields, "retry", "[ { errors: [ Weir.ALL ], attempts: 3 } ]")
        return rules.enumerated().compactMap { index, item in
            let keys = ["errors", "interval", "attempts", "backoff", "max-delay", "jitter"]
            guard let rule = Fields(item, "retry of \(what)", keys: keys, findings) else { return nil }
            let errors = self.errors(rule, isLast: index == rules.count - 1)
            let most = Duration.seconds(86_400 * 7)
            return Retrier(
                errors: errors, interval: rule.duration("interval", in: .milliseconds(1)...most, "2s") ?? .seconds(1),
                attempts: rule.whole("attempts", in: 0...1000) ?? 3,
                backoff: rule.value("backoff", "a number of 1 or more") { text in
                    Double(text).flatMap { $0 >= 1 && $0 <= 1000 ? $0 : nil }
                } ?? 2,
                maxDelay: rule.duration("max-delay", in: .milliseconds(1)...most, "1m"),
                fullJitter: rule.choice("jitter", ["none", "full"]) == "full")
        }
    }

    func catches(_ fields: Fields, _ what: String) -> [(catcher: Catcher, goto: Placed<String>)] {
        let rules = self.rules(fields, "catch", "[ { errors: [ Weir.ALL ], goto: page_someone } ]")
        return rules.enumerated().compactMap { index, item in
            guard let rule = Fields(item, "catch of \(what)", keys: ["errors", "goto"], findings) else { return nil }
            rule.require("goto", "the step to go to")
            let errors = self.errors(rule, isLast: index == rules.count - 1)
            guard let goto = rule.text("goto", "a step's name") else { return nil }
            return (Catcher(errors: errors, goto: goto), Placed(value: goto, place: rule.place(of: "goto")))
        }
    }

    private func rules(_ fields: Fields, _ key: String, _ example: String) -> [YAMLNode] {
        guard let node = fields.node(key) else { return [] }
        guard case .list(let items) = node.content, !items.isEmpty else {
            fields.report(node, key, "a list like \(example)")
            return []
        }
        return items
    }

    /// As in Amazon States Language, the name for all errors stands alone and in the last rule: what comes after it
    /// would never be used.
    private func errors(_ rule: Fields, isLast: Bool) -> [String] {
        let all = "Weir.ALL"
        rule.require("errors", "a list like [ \(all) ]")
        let known = WorkFailure.Name.allCases.map(\.rawValue) + [all]
        let errors = rule.list("errors", "[ \(all) ]") ?? []
        for error in errors where !known.contains(error.value) {
            findings.add(
                error.place,
                "errors in \(rule.what): no error is called \(quoted(error.value))"
                    + (NearestName.of(error.value, among: known).map { "; did you mean \(quoted($0))?" }
                        ?? "; expected one of: \(known.joined(separator: ", "))"))
        }
        if let place = errors.first(where: { $0.value == all })?.place, errors.count > 1 || !isLast {
            findings.add(place, "errors in \(rule.what): \(all) must stand alone and in the last rule")
        }
        return errors.map(\.value)
    }
}
