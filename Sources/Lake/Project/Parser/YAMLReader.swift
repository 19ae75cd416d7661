internal import CYaml

/// Composes YAML by libyaml's events, the only user of libyaml. One document, no aliases (a text of 236 bytes can
/// stand for gigabytes), no tags, no repeated keys, and nesting that no stack overflows by.
struct YAMLReader: ~Copyable {
    /// Deeper than any project needs: workflows, steps, retry rules and lists of errors make eight.
    static let deepest = 32

    /// Where it is for good: libyaml keeps a pointer to it.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let findings: Findings

    /// The root of the document; nil when it is empty, or when `findings` say why it can't be read.
    static func read(_ text: String, _ findings: Findings) -> YAMLNode? {
        var bytes = Array(text.utf8)
        return bytes.withUnsafeMutableBufferPointer { buffer -> YAMLNode? in
            let reader = YAMLReader(findings)
            yaml_parser_set_encoding(reader.parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(reader.parser, buffer.baseAddress, buffer.count)
            do throws(Failure) {
                return try reader.document()
            } catch {
                findings.add(error.place, explain(error, in: text))
                return nil
            }
        }
    }

    private init(_ findings: Findings) {
        self.findings = findings
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private struct Failure: Error {
        var place: Place
        var problem: String
    }

    private func document() throws(Failure) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try next()
            switch event.type {
            case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT: continue
            case YAML_DOCUMENT_START_EVENT:
                guard root == nil else { throw Failure(place: event.place, problem: "a second document begins here") }
                root = try node(try next(), depth: 0)
            case YAML_STREAM_END_EVENT: return root
            default: throw Failure(place: event.place, problem: "expected a document")
            }
        }
    }

    private func node(_ event: borrowing Event, depth: Int) throws(Failure) -> YAMLNode {
        guard depth <= Self.deepest else {
            throw Failure(place: event.place, problem: "more than \(Self.deepest) levels deep")
        }
        if event.hasTag {
            findings.add(event.place, "YAML tags are not supported: write the value without '!'")
        }
        switch event.type {
        case YAML_SCALAR_EVENT: return YAMLNode(content: event.scalar, place: event.place)
        case YAML_SEQUENCE_START_EVENT:
            var items: [YAMLNode] = []
            while true {
                let item = try next()
                if item.type == YAML_SEQUENCE_END_EVENT { break }
                items.append(try node(item, depth: depth + 1))
            }
            return YAMLNode(content: .list(items), place: event.place)
        case YAML_MAPPING_START_EVENT:
            return YAMLNode(content: .mapping(try entries(depth: depth + 1)), place: event.place)
        case YAML_ALIAS_EVENT:
            throw Failure(place: event.place, problem: "aliases (*name) are not supported: write the value out")
        default: throw Failure(place: event.place, problem: "expected a value")
        }
    }

    private func entries(depth: Int) throws(Failure) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var known: [String: Place] = [:]
        while true {
            let event = try next()
            if event.type == YAML_MAPPING_END_EVENT { return entries }
            let key = try node(event, depth: depth)
            let value = try node(try next(), depth: depth)
            guard case .scalar(let name, _) = key.content else {
                findings.add(key.place, "a key must be a word, not \(key.found)")
                continue
            }
            if let first = known[name] {
                findings.add(key.place, "\(quoted(name)) is here twice; the first is in line \(first.line)")
                continue
            }
            known[name] = key.place
            entries.append(YAMLNode.Entry(key: Placed(value: name, place: key.place), value: value))
        }
    }

    private func next() throws(Failure) -> Event {
        let event = Event()
        guard yaml_parser_parse(parser, event.raw) == 1 else {
            let place =
                parser.pointee.error == YAML_READER_ERROR
                ? Place(parser.pointee.mark) : Place(parser.pointee.problem_mark)
            let problem = parser.pointee.problem.map { String(cString: $0) }
            throw Failure(place: place, problem: problem ?? "it can't be read")
        }
        return event
    }

    /// libyaml's words, and for the mistakes that people make, what to do.
    private static func explain(_ failure: Failure, in text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = failure.place.line <= lines.count ? Array(lines[failure.place.line - 1].unicodeScalars) : []
        let column = failure.place.column - 1
        if column > 0, column < line.count, line[column] == "{", line[column - 1] == "$" {
            return "inside { } or [ ] a reference must be quoted: \"${NAME}\""
        }
        if column < line.count, line[column] == "\t" {
            return "a tab can't indent YAML: use spaces"
        }
        return "this is not YAML: \(failure.problem)"
            + (failure.problem.contains("mapping values") ? " (look at the indentation, and quote text with ': ')" : "")
    }
}

/// One event, freed when it goes.
private struct Event: ~Copyable {
    let raw: UnsafeMutablePointer<yaml_event_t>

    init() {
        raw = .allocate(capacity: 1)
        raw.initialize(to: yaml_event_t())
    }
    deinit {
        yaml_event_delete(raw)
        raw.deallocate()
    }

    var type: yaml_event_type_t { raw.pointee.type }
    var place: Place { Place(raw.pointee.start_mark) }

    var hasTag: Bool {
        switch type {
        case YAML_SCALAR_EVENT: raw.pointee.data.scalar.tag != nil
        case YAML_SEQUENCE_START_EVENT: raw.pointee.data.sequence_start.tag != nil
        case YAML_MAPPING_START_EVENT: raw.pointee.data.mapping_start.tag != nil
        default: false
        }
    }

    var scalar: YAMLNode.Content {
        let data = raw.pointee.data.scalar
        let text = String(decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
        let isPlain = data.style == YAML_PLAIN_SCALAR_STYLE
        if isPlain, ["", "~", "null"].contains(text) { return .null }
        return .scalar(text, quoted: !isPlain)
    }
}

extension Place {
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }
}
