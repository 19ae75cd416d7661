extension Condition {
    /// `steps.NAME.FIELD OP LITERAL` or `params.NAME OP LITERAL`; a literal is a number, `true`, `false` or a text in
    /// quotes. nil for anything else.
    init?(parsing text: String) {
        let pattern = #/\s*([A-Za-z_][\w.-]*)\s*(==|!=|<=|>=|<|>)\s*(.*?)\s*/#
        guard let match = text.wholeMatch(of: pattern), let comparison = Comparison(rawValue: String(match.2)),
            let literal = Condition.literal(String(match.3))
        else { return nil }
        let path = match.1.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.allSatisfy({ !$0.isEmpty }),
            (path[0] == "params" && path.count == 2) || (path[0] == "steps" && path.count >= 3)
        else { return nil }
        self.init(path: path, comparison: comparison, literal: literal)
    }

    private static func literal(_ text: String) -> ParameterValue? {
        if let flag = Bool(text) { return .bool(flag) }
        if let number = Int64(text) { return .int(number) }
        if let number = Double(text), number.isFinite { return .real(number) }
        guard let quote = text.first, quote == "'" || quote == "\"", text.count >= 2, text.last == quote else {
            return nil
        }
        let inner = text.dropFirst().dropLast()
        return inner.contains(quote) ? nil : .text(String(inner))
    }
}
