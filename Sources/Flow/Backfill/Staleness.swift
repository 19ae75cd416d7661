import Lake

/// How a step's result for an interval compares with what it would be made from now.
enum Standing: Sendable, Hashable {
    /// There is no result, or no run of the workflow has made it.
    case absent
    case sqlChanged
    case parametersChanged
    case inputsChanged
    case upToDate
    /// It leaves nothing by which to tell: it runs when something that it needs does.
    case untold

    var isDue: Bool {
        switch self {
        case .absent, .sqlChanged, .parametersChanged, .inputsChanged: true
        case .upToDate, .untold: false
        }
    }

    /// As a plan gives it for a reason.
    var words: String {
        switch self {
        case .absent: "never computed"
        case .sqlChanged: "sql changed"
        case .parametersChanged: "parameters changed"
        case .inputsChanged: "inputs changed"
        case .upToDate, .untold: "up to date"
        }
    }
}

/// What a step's result depends on, as it was recorded or as it is now.
struct Provenance: Sendable, Hashable {
    var sqlHash: String?
    /// Of the parameters that the statement names, besides the interval's own.
    var parameters: [String: ParameterValue]
    /// Versions of partitions; those of unpartitioned tables make no past interval stale.
    var inputs: Set<InputVersion>

    init(sqlHash: String?, parameters: [String: ParameterValue], inputs: some Sequence<InputVersion>) {
        self.sqlHash = sqlHash
        self.parameters = parameters
        self.inputs = Set(inputs.filter { !$0.partition.isEmpty })
    }

    func standing(now: Provenance) -> Standing {
        if sqlHash != now.sqlHash { return .sqlChanged }
        if parameters != now.parameters { return .parametersChanged }
        return inputs == now.inputs ? .upToDate : .inputsChanged
    }
}

/// What is known of an interval when it is decided which steps to compute.
struct IntervalFacts: Sendable, Hashable {
    var standings: [String: Standing]
    /// Steps that did not succeed in the newest run, when that run failed.
    var failed: Set<String>
    /// A run is queued or at work.
    var isActive: Bool
    /// What each query step would read.
    var bytes: [String: Int64]

    /// The steps that a filter finds due, with everything after them; empty: nothing is.
    func due(_ filter: BackfillRequest.Filter, among chosen: [String]?, of definition: WorkflowDefinition) -> Set<
        String
    > {
        let all = Set(definition.steps.map(\.name))
        let wanted = chosen.map { all.intersection($0) } ?? all
        let roots: Set<String>
        switch filter {
        case .all: return wanted
        case .missing:
            guard standings.contains(where: { wanted.contains($0.key) && $0.value == .absent }) else { return [] }
            roots = stale
        case .stale: roots = stale
        case .failed:
            guard !failed.isEmpty else { return [] }
            roots = stale.union(failed)
        }
        return definition.withDownstream(roots.intersection(wanted)).intersection(wanted)
    }

    /// The steps that have read something which has changed since, with everything after them.
    func changed(of definition: WorkflowDefinition) -> Set<String> {
        definition.withDownstream(Set(standings.filter { $0.value == .inputsChanged }.keys))
    }

    private var stale: Set<String> { Set(standings.filter(\.value.isDue).keys) }

    /// Why the steps are due, in words: "never computed", "sql changed: retention", "failed".
    func reason(_ filter: BackfillRequest.Filter, due: Set<String>) -> String {
        if isActive { return "running" }
        guard !due.isEmpty else { return filter == .failed ? "did not fail" : "up to date" }
        switch filter {
        case .all: return "all"
        case .failed: return "failed"
        case .missing, .stale: break
        }
        for standing in [Standing.absent, .sqlChanged, .parametersChanged, .inputsChanged] {
            let steps = standings.filter { $0.value == standing && due.contains($0.key) }.keys.sorted()
            guard !steps.isEmpty else { continue }
            let telling = standings.values.filter { $0 != .untold }.count
            return steps.count == telling ? standing.words : "\(standing.words): \(steps.joined(separator: ", "))"
        }
        return "up to date"
    }
}

extension WorkflowDefinition {
    /// The steps and everything after them: what needs them, what their catches go to, and what reads or loads a
    /// table that one of them makes.
    func withDownstream(_ roots: Set<String>) -> Set<String> {
        var chosen = roots
        var grew = !roots.isEmpty
        while grew {
            grew = false
            let tables = Set(steps.filter { chosen.contains($0.name) }.compactMap(\.output))
            let caught = Set(steps.filter { chosen.contains($0.name) }.flatMap { $0.catches.map(\.goto) })
            for step in steps where !chosen.contains(step.name) {
                guard
                    step.needs.contains(where: chosen.contains) || caught.contains(step.name)
                        || step.declaredInputs.contains(where: tables.contains)
                else { continue }
                chosen.insert(step.name)
                grew = true
            }
        }
        return chosen
    }
}

extension StepDefinition {
    /// The table whose partition it replaces.
    var output: TableName? {
        switch work {
        case .query(let work): work.into
        case .extract, .crawl, .load, .run: nil
        }
    }

    /// The tables that it says it reads.
    fileprivate var declaredInputs: [TableName] {
        switch work {
        case .query(let work): Array(work.reads.keys)
        case .load(let work): [work.from]
        case .extract, .crawl, .run: []
        }
    }
}
