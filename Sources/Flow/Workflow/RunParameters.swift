import Lake

/// The values that a run's steps see: every declared parameter, and `dt` and `hour` of the run's interval.
enum RunParameters {
    /// Throws `Refusal` for a name that isn't declared, a value that isn't of its type, and a parameter without
    /// value.
    static func resolve(
        _ definition: WorkflowDefinition, interval: Interval?, given: [String: ParameterValue]
    ) throws(Refusal) -> [String: ParameterValue] {
        var values = intervalValues(interval)
        for name in given.keys.sorted() where !definition.parameters.contains(where: { $0.name == name }) {
            throw Refusal(
                .wrong,
                "\(definition.name) has no parameter \(name)"
                    + suggestion(for: name, among: definition.parameters.map(\.name)))
        }
        for parameter in definition.parameters where values[parameter.name] == nil {
            guard let value = given[parameter.name] ?? parameter.fallback else {
                throw Refusal(
                    .wrong, "\(definition.name) needs a value for \(parameter.name): --param \(parameter.name)=…")
            }
            guard let typed = convert(value, to: parameter.kind) else {
                throw Refusal(
                    .wrong, "\(parameter.name) of \(definition.name) is \(parameter.kind.article), not '\(text(value))'"
                )
            }
            values[parameter.name] = typed
        }
        return values
    }

    /// `dt`, and `hour` for hours.
    static func intervalValues(_ interval: Interval?) -> [String: ParameterValue] {
        guard let interval else { return [:] }
        var values: [String: ParameterValue] = ["dt": .text(interval.date)]
        if let hour = interval.hour { values["hour"] = .int(Int64(hour)) }
        return values
    }

    /// The values that a statement names, each with its type. Throws `WorkFailure` for one that has no value.
    static func typed(
        _ names: [String], of definition: WorkflowDefinition, _ values: [String: ParameterValue], in file: String
    ) throws(WorkFailure) -> [String: TypedValue] {
        var typed: [String: TypedValue] = [:]
        for name in names {
            guard let value = values[name] else {
                throw WorkFailure(
                    .queryFailed, "\(file) uses $\(name), which \(definition.name) does not declare: add it to params")
            }
            typed[name] = TypedValue(kind: kind(of: name, in: definition), value: value)
        }
        return typed
    }

    private static func kind(of name: String, in definition: WorkflowDefinition) -> Parameter.Kind {
        if let parameter = definition.parameters.first(where: { $0.name == name }) { return parameter.kind }
        return name == "hour" ? .int : .date
    }

    /// Text from a command line becomes what the parameter is; numbers widen.
    private static func convert(_ value: ParameterValue, to kind: Parameter.Kind) -> ParameterValue? {
        switch (kind, value) {
        case (.text, .text), (.timestamp, .text), (.int, .int), (.real, .real), (.bool, .bool): value
        case (.date, .text(let text)): Interval(text).flatMap { $0.hour == nil ? value : nil }
        case (.int, .text(let text)): Int64(text).map(ParameterValue.int)
        case (.real, .text(let text)): Double(text).map(ParameterValue.real)
        case (.real, .int(let number)): .real(Double(number))
        case (.bool, .text(let text)): Bool(text).map(ParameterValue.bool)
        case (.text, .int(let number)): .text(String(number))
        case (.text, .real(let number)): .text(String(number))
        case (.text, .bool(let flag)): .text(String(flag))
        case (.date, _), (.timestamp, _), (.int, _), (.real, _), (.bool, _): nil
        }
    }

    static func text(_ value: ParameterValue) -> String {
        switch value {
        case .text(let text): text
        case .int(let number): String(number)
        case .real(let number): String(number)
        case .bool(let flag): String(flag)
        }
    }
}

extension Parameter.Kind {
    fileprivate var article: String {
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
