/// A workflow as it was read, with the places of the names in it that must mean something elsewhere.
struct WorkflowDraft {
    var name: Placed<String>
    var trigger: Trigger?
    /// The table that the trigger names.
    var triggerTable: Placed<TableName>?
    var each: Granularity?
    var settle: Duration
    var parameters: [Parameter]
    var steps: [StepDraft]

    /// The definition, its steps in an order in which each comes after what it needs; otherwise as the file has them.
    /// Reports a cycle.
    func sorted(_ findings: Findings) -> WorkflowDefinition {
        var sorted: [StepDraft] = []
        var done: Set<String> = []
        var left = steps
        while let index = left.firstIndex(where: { done.isSuperset(of: $0.knownNeeds(in: self)) }) {
            let step = left.remove(at: index)
            done.insert(step.definition.name)
            sorted.append(step)
        }
        if let cycle = cycle(in: left) {
            findings.add(
                cycle[0].name.place,
                "these steps of \(name.value) need each other: "
                    + (cycle + [cycle[0]]).map(\.name.value).joined(separator: " needs "))
        }
        return WorkflowDefinition(
            name: name.value, trigger: trigger, each: each, settle: settle, parameters: parameters, deadline: nil,
            steps: (sorted + left).map(\.definition))
    }

    /// A cycle among steps that can't be sorted: following needs among them must come back somewhere.
    private func cycle(in left: [StepDraft]) -> [StepDraft]? {
        guard var step = left.first else { return nil }
        var path: [StepDraft] = []
        while true {
            if let start = path.firstIndex(where: { $0.name == step.name }) { return Array(path[start...]) }
            path.append(step)
            let needs = step.knownNeeds(in: self)
            guard let next = left.first(where: { needs.contains($0.name.value) }) else { return nil }
            step = next
        }
    }

    func step(_ name: String) -> StepDraft? { steps.first { $0.name.value == name } }

    /// Every step that comes before a step, by needs or by a catch that goes to it.
    func ancestors(of name: String) -> Set<String> {
        var found: Set<String> = []
        var next = [name]
        while let current = next.popLast() {
            let callers = steps.filter { $0.gotos.contains { $0.value == current } }.map(\.name.value)
            let needs = step(current)?.needs.map(\.value) ?? []
            for before in callers + needs where found.insert(before).inserted { next.append(before) }
        }
        return found
    }
}

struct StepDraft {
    var name: Placed<String>
    var definition: StepDefinition
    var needs: [Placed<String>]
    var gotos: [Placed<String>]
    var when: Place?
    /// What `query` makes, `load` reads.
    var table: Place?

    func knownNeeds(in workflow: WorkflowDraft) -> Set<String> {
        Set(needs.map(\.value).filter { workflow.step($0) != nil })
    }
}
