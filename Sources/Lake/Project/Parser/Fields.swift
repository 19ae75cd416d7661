import Foundation

/// The keys of one mapping of `weir.yaml`. Made with the list of keys that may be there, it reports all others; the
/// values are then taken by name and type. A value that is wrong is reported and read as if it weren't there.
struct Fields {
    /// What the mapping is, in messages: "stream access_log".
    let what: String
    let place: Place
    let findings: Findings
    private let entries: [String: YAMLNode.Entry]

    /// `later` has the keys that Weir will know one day, each with what to do until then.
    /// Nothing at all is an empty mapping. nil, and a finding, when the node is something else.
    init?(
        _ node: YAMLNode, _ what: String, keys: [String], later: [String: String] = [:], _ findings: Findings
    ) {
        self.what = what
        place = node.place
        self.findings = findings
        switch node.content {
        case .null: entries = [:]
        case .mapping(let found):
            entries = Dictionary(uniqueKeysWithValues: found.map { ($0.key.value, $0) })
            for key in found.map(\.key) where !keys.contains(key.value) {
                if let hint = later[key.value] {
                    findings.add(key.place, "not supported yet: \(key.value) in \(what); \(hint)")
                } else {
                    findings.add(
                        key.place, "unknown key \(quoted(key.value)) in \(what)\(Self.hint(for: key.value, keys))")
                }
            }
        case .scalar, .list:
            findings.add(node.place, "\(what): expected a mapping (key: value), found \(node.found)")
            return nil
        }
    }

    private static func hint(for key: String, _ keys: [String]) -> String {
        guard !keys.isEmpty else { return "; it takes none" }
        // 'retries' is more than a slip away from 'retry', and still begins like nothing else.
        let alike = keys.filter { $0.commonPrefix(with: key).count >= max(3, key.count / 2) }
        return (NearestName.of(key, among: keys) ?? (alike.count == 1 ? alike[0] : nil))
            .map { "; did you mean \(quoted($0))?" } ?? "; expected one of: \(keys.joined(separator: ", "))"
    }

    func has(_ key: String) -> Bool { entries[key] != nil }
    func node(_ key: String) -> YAMLNode? { entries[key]?.value }
    func keyPlace(_ key: String) -> Place? { entries[key]?.key.place }
    /// Where to point for a key: its value, or the mapping when it isn't there.
    func place(of key: String) -> Place { entries[key]?.value.place ?? place }

    /// Reports a key that must be there and isn't.
    func require(_ key: String, _ expected: String) {
        guard !has(key) else { return }
        findings.add(place, "\(what) needs '\(key)': \(expected)")
    }

    /// Reads a scalar by `read`, which returns nil for what is not `expected`.
    func value<Value>(_ key: String, _ expected: String, _ read: (String) -> Value?) -> Value? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let text, _) = node.content, let value = read(text) else {
            report(node, key, expected)
            return nil
        }
        return value
    }

    func report(_ node: YAMLNode, _ key: String, _ expected: String) {
        findings.add(node.place, "\(key) of \(what): expected \(expected), found \(node.found)")
    }

    func text(_ key: String, _ expected: String) -> String? { value(key, expected) { $0.isEmpty ? nil : $0 } }

    func table(_ key: String) -> TableName? {
        value(key, "a table name like raw.access_log") { try? TableName($0) }
    }

    func column(_ key: String) -> String? {
        value(key, "a column's name") { Identifier.isValid($0) ? $0 : nil }
    }

    func duration(_ key: String, in range: ClosedRange<Duration>, _ example: String) -> Duration? {
        value(
            key, "a time like \(example), between \(range.lowerBound.weirText) and \(range.upperBound.weirText)"
        ) { text in Duration(weir: text).flatMap { range.contains($0) ? $0 : nil } }
    }

    func size(_ key: String, in range: ClosedRange<Int64>, _ expected: String) -> Int64? {
        value(key, expected) { text in ByteCount.bytes(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    func whole(_ key: String, in range: ClosedRange<Int>) -> Int? {
        value(key, "a whole number between \(range.lowerBound) and \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func flag(_ key: String) -> Bool? { value(key, "true or false", Bool.init) }

    /// One of the words in `now`. Words in `later` are known and refused.
    func choice(_ key: String, _ now: [String], later: [String: String] = [:]) -> String? {
        guard let node = node(key) else { return nil }
        if case .scalar(let text, _) = node.content {
            if now.contains(text) { return text }
            if let hint = later[text] {
                findings.add(node.place, "not supported yet: \(key): \(text) in \(what); \(hint)")
                return nil
            }
            findings.add(
                node.place,
                "\(key) of \(what): expected \(now.joined(separator: " or ")), found \(node.found)"
                    + suggestion(for: text, among: now))
            return nil
        }
        report(node, key, now.joined(separator: " or "))
        return nil
    }

    /// A list of texts, each with its place.
    func list(_ key: String, _ example: String) -> [Placed<String>]? {
        guard let node = node(key) else { return nil }
        guard case .list(let items) = node.content, !items.isEmpty else {
            report(node, key, "a list like \(example)")
            return nil
        }
        return items.compactMap { item in
            guard case .scalar(let text, _) = item.content else {
                findings.add(item.place, "\(key) of \(what): expected a word, found \(item.found)")
                return nil
            }
            return Placed(value: text, place: item.place)
        }
    }

    /// A list of columns; one alone needs no list.
    func columns(_ key: String) -> [String]? {
        guard let node = node(key) else { return nil }
        let items: [YAMLNode]
        switch node.content {
        case .list(let found) where !found.isEmpty: items = found
        case .scalar: items = [node]
        case .list, .mapping, .null:
            report(node, key, "a list of columns like [ company_id ]")
            return nil
        }
        return items.compactMap { item in
            guard case .scalar(let text, _) = item.content, Identifier.isValid(text) else {
                findings.add(item.place, "\(key) of \(what): expected a column's name, found \(item.found)")
                return nil
            }
            return text
        }
    }

    /// The entries of a mapping whose keys are names that the project gives.
    func named(_ key: String, _ kind: String) -> [YAMLNode.Entry] {
        guard let node = node(key) else { return [] }
        switch node.content {
        case .null: return []
        case .mapping(let entries):
            return entries.filter { entry in
                guard !Identifier.isValid(entry.key.value, hyphens: true) else { return true }
                findings.add(
                    entry.key.place,
                    "\(quoted(entry.key.value)) can't name \(kind): a name is a letter, then letters, digits, _ and -")
                return false
            }
        case .scalar, .list:
            report(node, key, "a mapping of names to definitions")
            return []
        }
    }
}
