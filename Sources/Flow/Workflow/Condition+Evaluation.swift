import Lake

/// The fields of a step's output, by which later steps' conditions look.
typealias StepOutput = [String: JSONValue]

extension Condition {
    /// Whether the comparison holds. A value that isn't there, or is of another kind than the literal, makes every
    /// comparison false except `!=` between kinds. Numbers compare as numbers, text by its characters.
    func holds(outputs: [String: StepOutput], parameters: [String: ParameterValue]) -> Bool {
        guard let found = value(outputs: outputs, parameters: parameters) else { return false }
        switch (found, literal) {
        case (.integer(let left), .int(let right)): return comparison.holds(left, right)
        case (.integer(let left), .real(let right)): return comparison.holds(Double(left), right)
        case (.real(let left), .int(let right)): return comparison.holds(left, Double(right))
        case (.real(let left), .real(let right)): return comparison.holds(left, right)
        case (.text(let left), .text(let right)): return comparison.holds(left, right)
        case (.bool(let left), .bool(let right)): return comparison.holds(left ? 1 : 0, right ? 1 : 0)
        case (.null, _), (.bool, _), (.integer, _), (.real, _), (.text, _), (.array, _), (.object, _):
            return comparison == .notEqual
        }
    }

    private func value(outputs: [String: StepOutput], parameters: [String: ParameterValue]) -> JSONValue? {
        guard let scope = path.first, path.count >= 2 else { return nil }
        switch scope {
        case "params": return path.count == 2 ? parameters[path[1]].map(JSONValue.init) : nil
        case "steps":
            guard path.count >= 3, let output = outputs[path[1]] else { return nil }
            var value: JSONValue? = .object(output)
            for key in path.dropFirst(2) {
                guard case .object(let members) = value else { return nil }
                value = members[key]
            }
            return value
        default: return nil
        }
    }
}

extension Condition.Comparison {
    fileprivate func holds<Operand: Comparable>(_ left: Operand, _ right: Operand) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }
}
