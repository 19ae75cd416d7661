/// What can only be said of a project as a whole: that its names mean something, and that nothing is made twice.
struct CrossChecks {
    let sources: Sources
    let workflows: [WorkflowDraft]
    let findings: Findings

    func run() {
        tables()
        for workflow in workflows {
            trigger(of: workflow)
            for step in workflow.steps {
                needs(of: step, in: workflow)
                catches(of: step, in: workflow)
                condition(of: step, in: workflow)
                work(of: step, in: workflow)
            }
        }
    }

    /// Every table that the project makes, with who makes it.
    private var makers: [(table: Placed<TableName>, maker: String)] {
        sources.streams.map { (Placed(value: $0.value.into, place: $0.place), "stream \($0.value.name)") }
            + sources.extracts.flatMap { extract in
                extract.value.lakeTables.map {
                    (Placed(value: $0, place: extract.place), "extract \(extract.value.name)")
                }
            } + marts.map { (Placed(value: $0.table, place: $0.step.table ?? $0.step.name.place), $0.maker) }
    }

    private var marts: [(table: TableName, step: StepDraft, maker: String)] {
        workflows.flatMap { workflow in
            workflow.steps.compactMap { step in
                guard case .query(let work) = step.definition.work else { return nil }
                return (work.into, step, "step \(step.name.value) of \(workflow.name.value)")
            }
        }
    }

    /// Two makers of one table would overwrite each other's partitions.
    private func tables() {
        var known: [TableName: String] = [:]
        for (table, maker) in makers {
            if let other = known[table.value] {
                findings.add(
                    table.place, "\(table.value) is made by \(other) already: give \(maker) a table of its own")
            } else {
                known[table.value] = maker
            }
        }
    }

    private func trigger(of workflow: WorkflowDraft) {
        guard let trigger = workflow.trigger, let table = workflow.triggerTable else { return }
        if trigger.event == "partition.published" {
            guard !marts.contains(where: { $0.table == table.value }) else { return }
            findings.add(
                table.place,
                "on of workflow \(workflow.name.value): no query step makes \(table.value)"
                    + suggestion(for: table.value.description, among: marts.map(\.table.description)))
            return
        }
        let covered = sources.crawlers.contains { $0.value.covers(table.value) }
        guard !covered else { return }
        let made = makers.map(\.table.value.description)
        findings.add(
            table.place,
            "on of workflow \(workflow.name.value): no crawler's paths hold \(table.value)"
                + (made.contains(table.value.description)
                    ? ": add \(table.value.schema ?? table.value.table) to a crawler's paths"
                    : suggestion(for: table.value.description, among: made)))
    }

    private func needs(of step: StepDraft, in workflow: WorkflowDraft) {
        for need in step.needs {
            guard workflow.step(need.value) == nil else { continue }
            findings.add(
                need.place,
                "needs of step \(step.name.value): \(workflow.name.value) has no step \(quoted(need.value))"
                    + suggestion(for: need.value, among: workflow.steps.map(\.name.value)))
        }
    }

    private func catches(of step: StepDraft, in workflow: WorkflowDraft) {
        for goto in step.gotos {
            guard let target = workflow.step(goto.value) else {
                findings.add(
                    goto.place,
                    "catch of step \(step.name.value): \(workflow.name.value) has no step \(quoted(goto.value))"
                        + suggestion(for: goto.value, among: workflow.steps.map(\.name.value)))
                continue
            }
            if goto.value == step.name.value {
                findings.add(goto.place, "catch of step \(step.name.value) goes to itself: use retry")
            } else if !target.definition.onlyByCatch {
                findings.add(
                    goto.place,
                    "catch of step \(step.name.value) goes to \(goto.value), which starts anyway: "
                        + "give \(goto.value) only-by: catch")
            }
        }
        guard step.definition.onlyByCatch else { return }
        if !workflow.steps.contains(where: { $0.gotos.contains { $0.value == step.name.value } }) {
            findings.add(
                step.name.place, "step \(step.name.value) of \(workflow.name.value) never starts: no catch goes to it")
        }
        if let need = step.needs.first {
            findings.add(
                need.place, "step \(step.name.value) of \(workflow.name.value) starts by a catch: it can't need steps")
        }
    }

    private func condition(of step: StepDraft, in workflow: WorkflowDraft) {
        guard let condition = step.definition.when, let place = step.when else { return }
        let name = condition.path[1]
        if condition.path[0] == "params" {
            let given = workflow.each == nil ? [] : workflow.each == .hour ? ["dt", "hour"] : ["dt"]
            let known = workflow.parameters.map(\.name) + given
            guard !known.contains(name) else { return }
            findings.add(
                place,
                "when of step \(step.name.value): \(workflow.name.value) has no parameter \(quoted(name))"
                    + suggestion(for: name, among: known))
        } else if workflow.step(name) == nil {
            findings.add(
                place,
                "when of step \(step.name.value): \(workflow.name.value) has no step \(quoted(name))"
                    + suggestion(for: name, among: workflow.steps.map(\.name.value)))
        } else if !workflow.ancestors(of: step.name.value).contains(name) {
            findings.add(
                place, "when of step \(step.name.value) looks at \(name), which may not have run: add it to needs")
        }
    }

    private func work(of step: StepDraft, in workflow: WorkflowDraft) {
        let place = step.table ?? step.name.place
        switch step.definition.work {
        case .run: return
        case .query(let work):
            guard workflow.each == nil, !work.reads.isEmpty else { return }
            findings.add(
                place,
                "reads of step \(step.name.value): a window needs intervals: give \(workflow.name.value) each: dt")
        case .crawl(let name):
            guard !sources.crawlers.contains(where: { $0.value.name == name }) else { return }
            findings.add(
                place,
                "crawl of step \(step.name.value): there is no crawler \(quoted(name))"
                    + suggestion(for: name, among: sources.crawlers.map(\.value.name)))
        case .extract(let name, let tables):
            guard let extract = sources.extracts.first(where: { $0.value.name == name })?.value else {
                findings.add(
                    place,
                    "extract of step \(step.name.value): there is no extract \(quoted(name))"
                        + suggestion(for: name, among: sources.extracts.map(\.value.name)))
                return
            }
            for table in tables where !extract.tables.contains(table) {
                findings.add(
                    place,
                    "tables of step \(step.name.value): extract \(name) has no table \(quoted(table))"
                        + suggestion(for: table, among: extract.tables))
            }
        case .load(let work): load(work, of: step, in: workflow, place)
        }
    }

    private func load(_ work: LoadWork, of step: StepDraft, in workflow: WorkflowDraft, _ place: Place) {
        let maker = workflow.steps.first {
            if case .query(let query) = $0.definition.work { query.into == work.from } else { false }
        }
        if let maker {
            guard !workflow.ancestors(of: step.name.value).contains(maker.name.value) else { return }
            findings.add(
                place,
                "load of step \(step.name.value): step \(maker.name.value) makes \(work.from) in the same run: "
                    + "add it to needs")
            return
        }
        let known = makers.map(\.table.value)
        guard !known.contains(work.from), !sources.crawlers.contains(where: { $0.value.covers(work.from) }) else {
            return
        }
        findings.add(
            place,
            "load of step \(step.name.value): nothing makes \(work.from)"
                + suggestion(for: work.from.description, among: known.map(\.description)))
    }
}

extension ExtractDefinition {
    /// The tables of the lake that it makes.
    package var lakeTables: [TableName] { tables.compactMap { try? TableName("\(into).\($0)") } }
}
