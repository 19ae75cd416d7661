/// A workflow as the project defines it: a DAG of steps, started for an interval by an event or by hand.
package struct WorkflowDefinition: Sendable, Hashable, Codable {
    package var name: String
    package var trigger: Trigger?
    /// Runs are for one day or one hour each; nil: the workflow has no intervals.
    package var each: Granularity?
    /// How long its inputs must have been quiet before a run starts.
    package var settle: Duration
    package var parameters: [Parameter]
    package var deadline: Duration?
    /// In an order in which each step comes after what it needs.
    package var steps: [StepDefinition]

    package init(
        name: String, trigger: Trigger?, each: Granularity?, settle: Duration, parameters: [Parameter],
        deadline: Duration?, steps: [StepDefinition]
    ) {
        self.name = name
        self.trigger = trigger
        self.each = each
        self.settle = settle
        self.parameters = parameters
        self.deadline = deadline
        self.steps = steps
    }
    package func step(_ name: String) -> StepDefinition? { steps.first { $0.name == name } }
}

/// The event that starts a workflow: its kind, and the table that it must concern.
package struct Trigger: Sendable, Hashable, Codable {
    package var event: String
    package var table: String?

    package init(event: String, table: String?) {
        self.event = event
        self.table = table
    }
}

/// A value that SQL gets as `$name` and programs as `WEIR_NAME`.
package struct Parameter: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable { case date, timestamp, text, int, real, bool }
    package var name: String
    package var kind: Kind
    package var fallback: ParameterValue?

    package init(name: String, kind: Kind, fallback: ParameterValue?) {
        self.name = name
        self.kind = kind
        self.fallback = fallback
    }
}

/// A parameter's value; dates and times are text in ISO 8601.
package enum ParameterValue: Sendable, Hashable, Codable {
    case text(String)
    case int(Int64)
    case real(Double)
    case bool(Bool)
}

package struct StepDefinition: Sendable, Hashable, Codable {
    package var name: String
    package var work: StepWork
    package var needs: [String]
    package var timeout: Duration?
    package var retry: [Retrier]
    package var catches: [Catcher]
    /// Starts only when a catch goes to it.
    package var onlyByCatch: Bool
    /// A comparison as `steps.serve.rows > 0`; nil: always.
    package var when: Condition?

    package init(
        name: String, work: StepWork, needs: [String], timeout: Duration?, retry: [Retrier], catches: [Catcher],
        onlyByCatch: Bool, when: Condition?
    ) {
        self.name = name
        self.work = work
        self.needs = needs
        self.timeout = timeout
        self.retry = retry
        self.catches = catches
        self.onlyByCatch = onlyByCatch
        self.when = when
    }
}

/// What a step does.
package enum StepWork: Sendable, Hashable, Codable {
    case query(QueryWork)
    /// The name of an extract, and the tables of it (empty: all).
    case extract(name: String, tables: [String])
    case crawl(name: String)
    case load(LoadWork)
    /// A program and its arguments, started in the project's folder.
    case run([String])

    package var kind: String {
        switch self {
        case .query: "query"
        case .extract: "extract"
        case .crawl: "crawl"
        case .load: "load"
        case .run: "run"
        }
    }
}

package struct QueryWork: Sendable, Hashable, Codable {
    /// Relative to the project's folder, and its text as it was when the definition was read.
    package var file: String
    package var sql: String
    package var into: TableName
    /// Windows in intervals around the run's own, by table; a table that is not listed is read for the interval itself.
    package var reads: [TableName: ClosedRange<Int>]
    package var checks: [Check]

    package init(
        file: String, sql: String, into: TableName, reads: [TableName: ClosedRange<Int>], checks: [Check]
    ) {
        self.file = file
        self.sql = sql
        self.into = into
        self.reads = reads
        self.checks = checks
    }
}

/// What must hold of a result before it is published.
package enum Check: Sendable, Hashable, Codable {
    case notNull([String])
    case unique([String])
    /// A condition that must be true for every row.
    case sql(String)
}

package struct LoadWork: Sendable, Hashable, Codable {
    package enum Mode: Sendable, Hashable, Codable {
        case replace
        case upsert(key: [String])
    }
    package var from: TableName
    /// The address as `weir.yaml` has it, with `${NAME}` unresolved: definitions are stored, secrets are not.
    package var to: String
    package var table: String
    package var mode: Mode

    package init(from: TableName, to: String, table: String, mode: Mode) {
        self.from = from
        self.to = to
        self.table = table
        self.mode = mode
    }
}

/// A retry rule, with the meaning it has in Amazon States Language: the first retrier whose errors match is used,
/// and each counts its own attempts.
package struct Retrier: Sendable, Hashable, Codable {
    package var errors: [String]
    /// Before the first retry.
    package var interval: Duration
    /// Retries after the first try; 0: never.
    package var attempts: Int
    package var backoff: Double
    package var maxDelay: Duration?
    package var fullJitter: Bool

    package init(
        errors: [String], interval: Duration, attempts: Int, backoff: Double, maxDelay: Duration?, fullJitter: Bool
    ) {
        self.errors = errors
        self.interval = interval
        self.attempts = attempts
        self.backoff = backoff
        self.maxDelay = maxDelay
        self.fullJitter = fullJitter
    }
}

package struct Catcher: Sendable, Hashable, Codable {
    package var errors: [String]
    package var goto: String

    package init(errors: [String], goto: String) {
        self.errors = errors
        self.goto = goto
    }
}

/// A comparison of a step's output or a parameter with a literal.
package struct Condition: Sendable, Hashable, Codable {
    package enum Comparison: String, Sendable, Hashable, Codable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }
    /// `steps.serve.rows` is ["steps", "serve", "rows"]; `params.floor` is ["params", "floor"].
    package var path: [String]
    package var comparison: Comparison
    package var literal: ParameterValue

    package init(path: [String], comparison: Comparison, literal: ParameterValue) {
        self.path = path
        self.comparison = comparison
        self.literal = literal
    }
}
