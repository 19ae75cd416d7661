/// A Parquet schema in DuckDB's words, as its `read_parquet` would give the columns.
enum ParquetSchema {
    /// The columns below the root. Throws `ThriftReader.Malformed` when the list is not a tree.
    static func columns(_ elements: [ParquetSchemaElement]) throws -> [Column] {
        guard let root = elements.first else { throw ThriftReader.Malformed() }
        var position = 1
        var columns: [Column] = []
        for _ in 0..<root.children {
            let node = try Node(elements, &position, depth: 0)
            columns.append(Column(name: node.element.name, type: node.type))
        }
        guard position == elements.count else { throw ThriftReader.Malformed() }
        return columns
    }

    private struct Node {
        let element: ParquetSchemaElement
        let children: [Node]

        init(_ elements: [ParquetSchemaElement], _ position: inout Int, depth: Int) throws {
            guard position < elements.count, depth < 64 else { throw ThriftReader.Malformed() }
            element = elements[position]
            position += 1
            var children: [Node] = []
            for _ in 0..<element.children { children.append(try Node(elements, &position, depth: depth + 1)) }
            self.children = children
        }

        var type: String { element.repetition == .repeated ? single + "[]" : single }

        /// The type of one value, whether or not the field repeats.
        private var single: String {
            guard !children.isEmpty else { return scalar }
            switch element.meaning {
            case .list:
                // Three levels by the format's rule: the list, a repeated group, its element.
                guard let repeated = children.first, children.count == 1 else { return structure }
                if repeated.children.count == 1 { return repeated.children[0].type + "[]" }
                return repeated.single + "[]"
            case .map:
                guard let pairs = children.first, pairs.children.count == 2 else { return structure }
                return "MAP(\(pairs.children[0].type), \(pairs.children[1].type))"
            default: return structure
            }
        }

        private var structure: String {
            let fields = children.map { child in
                let name = child.element.name
                let quoted =
                    Identifier.isValid(name) ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
                return "\(quoted) \(child.type)"
            }
            return "STRUCT(" + fields.joined(separator: ", ") + ")"
        }

        private var scalar: String {
            switch element.meaning {
            case .string: return "VARCHAR"
            case .json: return "JSON"
            case .uuid: return "UUID"
            case .date: return "DATE"
            case .interval: return "INTERVAL"
            case .float16: return "FLOAT"
            case .decimal(let precision, let scale): return precision > 38 ? "DOUBLE" : "DECIMAL(\(precision),\(scale))"
            case .time(let zoned): return zoned ? "TIME WITH TIME ZONE" : "TIME"
            case .timestamp(let zoned, let nanoseconds):
                return zoned ? "TIMESTAMP WITH TIME ZONE" : nanoseconds ? "TIMESTAMP_NS" : "TIMESTAMP"
            case .integer(let bits, let signed):
                let name =
                    switch bits {
                    case 8: "TINYINT"
                    case 16: "SMALLINT"
                    case 32: "INTEGER"
                    default: "BIGINT"
                    }
                return signed ? name : "U" + name
            case .bson, .map, .list, nil: break
            }
            return switch element.physical {
            case .boolean: "BOOLEAN"
            case .int32: "INTEGER"
            case .int64: "BIGINT"
            case .int96: "TIMESTAMP"
            case .float: "FLOAT"
            case .double: "DOUBLE"
            case .bytes, .fixed, nil: "BLOB"
            }
        }
    }
}
