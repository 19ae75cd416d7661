import DuckDB

extension ProjectReading {
    /// What the lines of a stream are, by `format` and the keys that belong to it.
    func format(_ stream: Fields) -> RecordFormat {
        let words = RecordFormat.Word.allCases.map(\.rawValue)
        stream.require("format", "json, combined or csv")
        let word = stream.choice("format", words, later: ["regex": "convert to JSON lines"])
            .flatMap(RecordFormat.Word.init)
        if word != .csv {
            for key in ["columns", "delimiter"] {
                guard let place = stream.keyPlace(key), word != nil else { continue }
                stream.findings.add(place, "\(key) of \(stream.what): only format: csv has it; leave it out")
            }
        }
        switch word {
        case .json, nil: return .json
        case .combined:
            if let place = stream.keyPlace("time") {
                stream.findings.add(
                    place, "time of \(stream.what): a combined log has its time in each line; leave it out")
            }
            return .combined
        case .csv: return .csv(csv(stream))
        }
    }

    private func csv(_ stream: Fields) -> CSVShape {
        stream.require("columns", "the columns of each line in their order, like [ ts, user, zip: text ]")
        let delimiter = stream.value("delimiter", #"one character like ";" or "\t""#) { text -> UInt8? in
            guard text.utf8.count == 1, let byte = text.utf8.first, byte < 0x7F, byte >= 0x20 || byte == 0x09,
                byte != UInt8(ascii: "\"")
            else { return nil }
            return byte
        }
        var shape = CSVShape(names: [], delimiter: delimiter ?? UInt8(ascii: ","))
        for column in columns(stream) {
            guard !shape.names.contains(where: { $0.lowercased() == column.name.value.lowercased() }) else {
                stream.findings.add(
                    column.name.place, "columns of \(stream.what): \(quoted(column.name.value)) is there twice")
                continue
            }
            shape.names.append(column.name.value)
            shape.kinds[column.name.value] = column.kind
        }
        guard !shape.names.isEmpty else { return shape }
        for key in ["time", "dedupe"] {
            guard case .scalar(let name, _)? = stream.node(key)?.content else { continue }
            if !shape.names.contains(where: { $0.lowercased() == name.lowercased() }) {
                stream.findings.add(
                    stream.place(of: key),
                    "\(key) of \(stream.what): \(quoted(name)) is none of its columns"
                        + suggestion(for: name, among: shape.names))
            }
        }
        return shape
    }

    /// Each is a name, or a name with a type.
    private func columns(_ stream: Fields) -> [(name: Placed<String>, kind: ScanColumn.Kind?)] {
        guard let node = stream.node("columns") else { return [] }
        guard case .list(let items) = node.content, !items.isEmpty else {
            stream.report(node, "columns", "a list like [ ts, user, zip: text ]")
            return []
        }
        return items.compactMap { item in
            switch item.content {
            case .scalar(let name, _) where Identifier.isValid(name):
                return (Placed(value: name, place: item.place), nil)
            case .mapping(let entries) where entries.count == 1 && Identifier.isValid(entries[0].key.value):
                let (name, value) = (entries[0].key, entries[0].value)
                guard case .scalar(let word, _) = value.content, let kind = Self.columnTypes[word] else {
                    let words = Self.columnTypes.keys.sorted()
                    stream.findings.add(
                        value.place,
                        "type of column \(name.value) of \(stream.what): expected \(words.joined(separator: ", ")),"
                            + " found \(value.found)")
                    return nil
                }
                return (Placed(value: name.value, place: name.place), kind)
            case .scalar, .mapping, .list, .null:
                stream.findings.add(
                    item.place, "columns of \(stream.what): expected a column's name, found \(item.found)")
                return nil
            }
        }
    }

    /// In the words that parameters of workflows have.
    private static let columnTypes: [String: ScanColumn.Kind] = [
        "text": .varchar, "int": .bigint, "real": .double, "bool": .boolean, "timestamp": .timestamp,
    ]
}
