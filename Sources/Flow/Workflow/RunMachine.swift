import Lake

/// A run as a value: the steps of its definition, and what each event means for all of them.
///
/// Whoever drives it persists the new value in the same transaction as what the event tells of, and carries the
/// effects out after the commit. Steps start as soon as what they need has succeeded; independent branches go on
/// when one fails. The run has ended when no step is at work or waits for a retry.
struct RunMachine: Sendable, Hashable, Codable {
    let definition: WorkflowDefinition
    /// Every declared parameter with its value, and `dt` and `hour` of the interval.
    let parameters: [String: ParameterValue]
    /// In the definition's order.
    private(set) var steps: [StepMachine]
    private(set) var outputs: [String: StepOutput]

    enum Event: Sendable, Hashable {
        /// The run's turn has come.
        case begin
        case succeeded(step: String, attempt: Int, output: StepOutput)
        case failed(step: String, attempt: Int, StepFailure, at: Int64, chance: Double)
        case due(step: String, attempt: Int)
        /// The engine that ran the running attempts is gone.
        case restarted(at: Int64, chance: Double)
        case cancel
        /// An operator's retry, which `obstacle(to:)` had nothing against.
        case retry(Retry)
    }

    enum Retry: Sendable, Hashable {
        /// All that failed or never ran; successes keep their results.
        case fromFailure
        /// A step, and what comes after it: all of that, or only what did not succeed.
        case step(String, downstream: Bool)
    }

    enum Effect: Sendable, Hashable {
        case step(String, StepMachine.Effect)
        case finished(RunState)
    }

    /// A run that has not begun. `only` names the steps that it computes (nil: all); the others' results stay.
    init(definition: WorkflowDefinition, parameters: [String: ParameterValue], only: Set<String>? = nil) {
        self.init(
            definition: definition, parameters: parameters,
            steps: definition.steps.map { step in
                var machine = StepMachine()
                if let only, !only.contains(step.name) {
                    _ = machine.advance(.skip(.upToDate), policy: RetryPolicy(retriers: step.retry))
                }
                return machine
            },
            outputs: [:])
    }

    /// A run as it was stored.
    init(
        definition: WorkflowDefinition, parameters: [String: ParameterValue], steps: [StepMachine],
        outputs: [String: StepOutput]
    ) {
        self.definition = definition
        self.parameters = parameters
        self.steps = steps
        self.outputs = outputs
    }

    func step(_ name: String) -> StepMachine? { index(name).map { steps[$0] } }

    /// What a begun run's steps make of it.
    var state: RunState {
        if steps.contains(where: { if case .running = $0.state { true } else { false } }) { return .running }
        if steps.contains(where: { if case .retrying = $0.state { true } else { false } }) { return .retrying }
        if steps.contains(where: { $0.state == .waiting }) { return .queued }
        if steps.contains(where: \.isCancelled) { return .cancelled }
        return firstFailure == nil ? .succeeded : .failed
    }

    /// The first step whose failure nothing caught.
    var firstFailure: (step: String, failure: StepFailure)? {
        for (step, machine) in zip(definition.steps, steps) {
            if case .failed(let failure, caughtBy: nil) = machine.state { return (step.name, failure) }
        }
        return nil
    }

    /// The first step that waits for its retry.
    var firstRetrying: (step: String, failure: StepFailure)? {
        for (step, machine) in zip(definition.steps, steps) {
            if case .retrying(_, _, let failure) = machine.state { return (step.name, failure) }
        }
        return nil
    }

    mutating func advance(_ event: Event) -> [Effect] {
        var wasOver = state.isTerminal
        var effects: [Effect] = []
        switch event {
        case .begin: wasOver = false
        case .succeeded(let name, let attempt, let output):
            guard let index = index(name) else { return [] }
            guard case .running(attempt, _) = steps[index].state else { return [] }
            effects += send(.succeeded(attempt: attempt), to: index)
            if steps[index].state == .succeeded { outputs[name] = output }
        case .failed(let name, let attempt, let failure, let at, let chance):
            guard let index = index(name) else { return [] }
            effects += send(.failed(attempt: attempt, failure, at: at, chance: chance), to: index)
            passOnFailure(of: index)
        case .due(let name, let attempt):
            guard let index = index(name) else { return [] }
            effects += send(.due(attempt: attempt), to: index)
        case .restarted(let at, let chance):
            for index in steps.indices {
                effects += send(.restarted(at: at, chance: chance), to: index)
                passOnFailure(of: index)
            }
        case .cancel:
            guard !wasOver else { return [] }
            for index in steps.indices { effects += send(.cancel, to: index) }
        case .retry(let retry):
            wasOver = false
            let chosen = resets(of: retry)
            for index in chosen {
                let caller = steps[index].caught.flatMap { self.index($0.step) }
                effects += send(.reset(answering: caller.map { !chosen.contains($0) } ?? false), to: index)
                outputs[definition.steps[index].name] = nil
            }
        }
        effects += moveOn()
        if state.isTerminal, !wasOver { effects.append(.finished(state)) }
        return effects
    }

    private func index(_ name: String) -> Int? { definition.steps.firstIndex { $0.name == name } }

    private mutating func send(_ event: StepMachine.Event, to index: Int) -> [Effect] {
        let step = definition.steps[index]
        return steps[index].advance(event, policy: RetryPolicy(retriers: step.retry)).map { .step(step.name, $0) }
    }
}

// MARK: Moving on

extension RunMachine {
    /// Starts and skips steps until nothing more can be decided.
    private mutating func moveOn() -> [Effect] {
        var effects: [Effect] = []
        var decided = true
        let places = Dictionary(
            zip(definition.steps.map(\.name), steps.indices), uniquingKeysWith: { first, _ in first })
        while decided {
            decided = false
            for index in steps.indices where steps[index].state == .waiting {
                guard let event = verdict(on: index, places) else { continue }
                effects += send(event, to: index)
                decided = true
            }
            // Steps that wait for each other's catches: nothing will call them.
            if !decided, state == .queued, let index = steps.indices.first(where: { isUncalled($0) }) {
                effects += send(.skip(.uncaught), to: index)
                decided = true
            }
        }
        return effects
    }

    private func isUncalled(_ index: Int) -> Bool {
        steps[index].state == .waiting && definition.steps[index].onlyByCatch
    }

    /// What becomes of a waiting step now; nil: it goes on waiting.
    private func verdict(on index: Int, _ places: [String: Int]) -> StepMachine.Event? {
        let step = definition.steps[index]
        if steps[index].caught == nil {
            if step.onlyByCatch { return isStillCallable(step.name) ? nil : .skip(.uncaught) }
            let needed = step.needs.compactMap { places[$0].map { steps[$0] } }
            if needed.contains(where: { $0.isOver && !$0.satisfiesDependants }) { return .skip(.upstream) }
            guard needed.allSatisfy(\.satisfiesDependants) else { return nil }
        }
        if let condition = step.when, !condition.holds(outputs: outputs, parameters: parameters) {
            return .skip(.condition)
        }
        return .start
    }

    /// Whether a step is yet to end that may pass its failure to this one.
    private func isStillCallable(_ name: String) -> Bool {
        zip(definition.steps, steps).contains { step, machine in
            !machine.isOver && step.name != name && step.catches.contains { $0.goto == name }
        }
    }

    /// Finds the first catch that names a failed step's error and passes the failure to its target. A target that
    /// has failed itself handles nothing.
    private mutating func passOnFailure(of index: Int) {
        guard case .failed(let failure, caughtBy: nil) = steps[index].state,
            let catcher = definition.steps[index].catches.first(where: { RetryPolicy.matches($0.errors, failure.name) }
            ),
            let target = self.index(catcher.goto), target != index
        else { return }
        switch steps[target].state {
        case .failed, .cancelled: return
        case .waiting, .running, .retrying, .succeeded, .skipped: break
        }
        let name = definition.steps[index].name
        _ = send(.caught(CaughtError(step: name, failure: failure)), to: target)
        _ = send(.passedOn(to: catcher.goto), to: index)
    }
}

// MARK: An operator's retry

extension RunMachine {
    /// Why a retry can't be done now, in words; nil: it can.
    func obstacle(to retry: Retry) -> String? {
        if !state.isTerminal, steps.contains(where: \.isCancelled) { return "it is being cancelled: wait for its end" }
        switch retry {
        case .fromFailure:
            guard !resets(of: retry).isEmpty else {
                return state == .succeeded
                    ? "every step succeeded: name the step to run again" : "no step has failed: it is still at work"
            }
        case .step(let name, _):
            guard let index = index(name) else {
                return "no step \(name)" + suggestion(for: name, among: definition.steps.map(\.name))
            }
            if case .running = steps[index].state { return "step \(name) is running: cancel the run first" }
            for need in definition.steps[index].needs where steps[index].caught == nil {
                guard let machine = step(need), !machine.satisfiesDependants else { continue }
                return "step \(name) needs \(need), which is \(machine.shown.rawValue): "
                    + (machine.isOver ? "retry \(need) instead" : "it starts when \(need) has succeeded")
            }
            if definition.steps[index].onlyByCatch, steps[index].caught == nil {
                return "step \(name) starts only by a catch: retry the step that it answers"
            }
        }
        for index in resets(of: retry) {
            if case .running = steps[index].state {
                return "step \(definition.steps[index].name) is running: cancel the run first"
            }
        }
        return nil
    }

    /// The steps that a retry makes wait again, in order.
    private func resets(of retry: Retry) -> [Int] {
        var chosen: Set<Int> = []
        switch retry {
        case .fromFailure:
            let failed = steps.indices.filter { hasFailedOrNeverRan($0) }
            guard failed.contains(where: { isWorthRetrying($0) }) else { return [] }
            chosen.formUnion(failed)
        case .step(let name, let downstream):
            guard let index = index(name) else { return [] }
            chosen.insert(index)
            let after = dependants(of: [index])
            chosen.formUnion(downstream ? after : after.filter { hasFailedOrNeverRan($0) })
        }
        // A step that answered a failure waits again to see whether there is one.
        var handlers = Set(chosen.compactMap { handler(of: $0) })
        handlers.formUnion(dependants(of: handlers))
        return chosen.union(handlers).sorted()
    }

    private func handler(of index: Int) -> Int? {
        guard case .failed(_, let target?) = steps[index].state else { return nil }
        return self.index(target)
    }

    private func hasFailedOrNeverRan(_ index: Int) -> Bool {
        switch steps[index].state {
        case .failed, .cancelled, .skipped(.condition), .skipped(.upstream), .skipped(.uncaught): true
        case .waiting, .running, .retrying, .succeeded, .skipped(.upToDate): false
        }
    }

    private func isWorthRetrying(_ index: Int) -> Bool {
        switch steps[index].state {
        case .failed, .cancelled: true
        case .waiting, .running, .retrying, .succeeded, .skipped: false
        }
    }

    /// All steps that need one of these, directly or by others.
    private func dependants(of indices: Set<Int>) -> Set<Int> {
        var names = Set(indices.map { definition.steps[$0].name })
        var found: Set<Int> = []
        for (index, step) in definition.steps.enumerated() where step.needs.contains(where: names.contains) {
            names.insert(step.name)
            found.insert(index)
        }
        return found
    }
}
