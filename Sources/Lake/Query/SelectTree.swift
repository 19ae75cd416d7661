import DuckDB

/// What a SELECT names, read from DuckDB's own parse of it. Nothing is bound: no table needs to exist.
struct SelectTree {
    /// As written, each once, in the order of their first mention, without the names that WITH defines.
    let tables: [String]
    /// Where each of them is first named, in bytes.
    let positions: [String: Int]
    /// In the order of their first mention.
    let parameters: [String]

    /// Throws `DuckDBError` for what does not parse and `WorkFailure` for what is not exactly one SELECT.
    init(parsing source: SQLSource, in session: Session) throws {
        // DuckDB flattens the tree: Foundation's decoders refuse the depth that long expressions have.
        let scalars = try session.rows(
            """
            SELECT path, key, atom ->> '$' FROM json_tree(json_serialize_sql(CAST($sql AS VARCHAR)))
            WHERE atom IS NOT NULL AND (path = '$' OR path LIKE '$.statements[_].named_param_map[%' OR key IN
                ('type', 'catalog_name', 'schema_name', 'table_name', 'query_location', 'key'))
            """, ["sql": .text(source.sql)])
        var nodes: [String: [String: String]] = [:]
        for row in scalars.rows {
            guard let path = row[0], let key = row[1], let value = row[2] else { continue }
            nodes[path, default: [:]][key] = value
        }
        if let root = nodes["$"], root["error_type"] == "parser", let message = root["error_message"] {
            let point = root["position"].flatMap { Int($0) }
            throw DuckDBError.invalid(
                message: message, position: point.map { SQLText.byte(ofCodePoint: $0, in: source.sql) })
        }
        guard nodes["$.statements[0].node"] != nil, nodes["$.statements[1].node"] == nil else {
            throw WorkFailure(.queryFailed, source.name + Self.refusal)
        }
        let scopes = nodes.compactMap { Scope(path: $0, node: $1, among: nodes) }
        let mentions = nodes.compactMap { Mention(path: $0, node: $1) }
            .filter { mention in !scopes.contains { $0.defines(mention) } }
            .sorted { ($0.location, $0.name) < ($1.location, $1.name) }
        tables = mentions.map(\.name).uniqued
        positions = Dictionary(
            mentions.compactMap { mention in Int(exactly: mention.location).map { (mention.name, $0) } },
            uniquingKeysWith: min)
        parameters = nodes.filter { $0.key.hasPrefix("$.statements[0].named_param_map[") }.values
            .sorted { Int($0["value"] ?? "") ?? 0 < Int($1["value"] ?? "") ?? 0 }
            .compactMap { $0["key"] }
    }

    static let refusal = "exactly one SELECT is expected (a PIVOT must list its values: ON column IN (…))"
}

/// A table's name where the statement reads it.
private struct Mention {
    let path: String
    let name: String
    let hasSchema: Bool
    let location: UInt64

    init?(path: String, node: [String: String]) {
        guard node["type"] == "BASE_TABLE", let table = node["table_name"] else { return nil }
        let qualifiers = [node["catalog_name"], node["schema_name"]].compactMap(\.self).filter { !$0.isEmpty }
        self.path = path
        name = (qualifiers + [table]).joined(separator: ".")
        hasSchema = !qualifiers.isEmpty
        location = node["query_location"].flatMap { UInt64($0) } ?? .max
    }
}

/// A name that WITH defines, and where it is known: in its own SELECT, in the definitions after it, and in itself
/// when it is recursive.
private struct Scope {
    private let name: String
    private let select: String
    private let index: Int
    private let isRecursive: Bool

    init?(path: String, node: [String: String], among nodes: [String: [String: String]]) {
        guard let name = node["key"], let match = path.wholeMatch(of: #/(.*)\.cte_map\.map\[(\d+)\]/#),
            let index = Int(match.output.2)
        else { return nil }
        self.name = name.lowercased()
        select = String(match.output.1) + "."
        self.index = index
        isRecursive = nodes[path + ".value.query.node"]?["type"] == "RECURSIVE_CTE_NODE"
    }

    func defines(_ mention: Mention) -> Bool {
        guard !mention.hasSchema, mention.name.lowercased() == name, mention.path.hasPrefix(select) else {
            return false
        }
        let rest = mention.path.dropFirst(select.count)
        guard let sibling = rest.prefixMatch(of: #/cte_map\.map\[(\d+)\]/#).flatMap({ Int($0.output.1) }) else {
            return true
        }
        return sibling > index || (sibling == index && isRecursive)
    }
}

extension [String] {
    /// Each text once, whatever its case, in the order of their first appearance.
    fileprivate var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0.lowercased()).inserted }
    }
}
