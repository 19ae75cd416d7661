import Lake

@testable import Flow

extension StepDefinition {
    init(
        _ name: String, needs: [String] = [], retry: [Retrier] = [], catches: [String] = [],
        catching errors: [String] = ["Weir.ALL"], onlyByCatch: Bool = false, when: Condition? = nil,
        run: [String] = ["true"], timeout: Duration? = nil
    ) {
        self.init(
            name: name, work: .run(run), needs: needs, timeout: timeout, retry: retry,
            catches: catches.map { Catcher(errors: errors, goto: $0) }, onlyByCatch: onlyByCatch, when: when)
    }
}

extension WorkflowDefinition {
    init(
        _ steps: [StepDefinition], named name: String = "example", on trigger: Trigger? = nil, each: Granularity? = nil,
        settle: Duration = .zero, parameters: [Parameter] = []
    ) {
        self.init(
            name: name, trigger: trigger, each: each, settle: settle, parameters: parameters, deadline: nil,
            steps: steps)
    }
}

extension Condition {
    init(_ path: [String], _ comparison: Comparison, _ literal: ParameterValue) {
        self.init(path: path, comparison: comparison, literal: literal)
    }
}

extension RunMachine {
    init(_ definition: WorkflowDefinition) { self.init(definition: definition, parameters: [:]) }

    /// Ends the step's newest attempt well.
    mutating func succeed(_ step: String, _ output: StepOutput = [:]) -> [Effect] {
        advance(.succeeded(step: step, attempt: self.step(step)?.attempts ?? 0, output: output))
    }

    /// Ends the step's newest attempt with a failure.
    mutating func fail(_ step: String, _ name: WorkFailure.Name = .queryFailed, at: Int64 = 0) -> [Effect] {
        let failure = StepFailure(name: name, message: "it failed")
        return advance(.failed(step: step, attempt: self.step(step)?.attempts ?? 0, failure, at: at, chance: 0.5))
    }

    var shown: [String: StepState] {
        Dictionary(uniqueKeysWithValues: zip(definition.steps.map(\.name), steps.map(\.shown)))
    }
}

extension RunMachine.Effect {
    static func start(_ step: String, _ attempt: Int) -> Self { .step(step, .start(attempt: attempt)) }
}

extension StepFailure {
    static let query = StepFailure(name: .queryFailed, message: "it failed")
}
