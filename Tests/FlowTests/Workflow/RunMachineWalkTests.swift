import Foundation
import Lake
import Testing

@testable import Flow

/// Random workflows driven by random events, with everything that must hold checked after each.
@Suite struct RunMachineWalkTests {
    @Test(arguments: 0..<24) func `whatever happens, a run keeps its promises`(seed: UInt64) throws {
        var chance = SplitMix(seed: seed)
        for _ in 0..<8 {
            var walk = Walk(definition: .random(using: &chance))
            walk.advance(.begin)
            for _ in 0..<60 { try walk.step(using: &chance) }
            try walk.finish(using: &chance)
        }
    }
}

/// A run beside a model of the world outside: which attempts are at work, which timers are set.
private struct Walk {
    var run: RunMachine
    var working: [String: Int] = [:]
    var timers: [String: Int] = [:]
    var newest: [String: Int] = [:]
    var isOver = false
    var cancelling = false

    init(definition: WorkflowDefinition) { run = RunMachine(definition) }

    mutating func step(using chance: inout SplitMix) throws {
        switch Int.random(in: 0..<20, using: &chance) {
        case 0: advance(.cancel)
        case 1: restart()
        case 2: retry(.fromFailure)
        case 3:
            let name = run.definition.steps.randomElement(using: &chance)!.name
            retry(.step(name, downstream: Bool.random(using: &chance)))
        case 4: if Int.random(in: 0..<4, using: &chance) == 0 { try store() }
        case 5:
            // Something late, of an attempt that is not at work.
            let name = run.definition.steps.randomElement(using: &chance)!.name
            let before = run
            let effects = run.advance(.succeeded(step: name, attempt: (newest[name] ?? 0) + 7, output: [:]))
            #expect(effects.isEmpty && run == before)
        case 6...9:
            if let timer = timers.sorted(by: { $0.key < $1.key }).randomElement(using: &chance) {
                timers[timer.key] = nil
                advance(.due(step: timer.key, attempt: timer.value))
            }
        default: end(using: &chance)
        }
    }

    /// Lets everything end; the run must then have ended too.
    mutating func finish(using chance: inout SplitMix) throws {
        for _ in 0..<10_000 where !run.state.isTerminal {
            if let timer = timers.min(by: { $0.key < $1.key }) {
                timers[timer.key] = nil
                advance(.due(step: timer.key, attempt: timer.value))
            } else {
                #expect(!working.isEmpty, "nothing is at work and the run is \(run.state)")
                end(using: &chance)
            }
        }
        #expect(run.state.isTerminal && isOver && working.isEmpty)
        try store()
    }

    private mutating func end(using chance: inout SplitMix) {
        guard let attempt = working.sorted(by: { $0.key < $1.key }).randomElement(using: &chance) else { return }
        working[attempt.key] = nil
        if Int.random(in: 0..<3, using: &chance) == 0 {
            let name = WorkFailure.Name.allCases.randomElement(using: &chance)!
            let failure = StepFailure(name: name, message: "by chance")
            advance(.failed(step: attempt.key, attempt: attempt.value, failure, at: 0, chance: 0.5))
        } else {
            let output: StepOutput = ["rows": .integer(Int64.random(in: 0...1, using: &chance))]
            advance(.succeeded(step: attempt.key, attempt: attempt.value, output: output))
        }
    }

    private mutating func restart() {
        working = [:]
        advance(.restarted(at: 0, chance: 0.5))
    }

    private mutating func retry(_ retry: RunMachine.Retry) {
        guard run.obstacle(to: retry) == nil else { return }
        isOver = false
        advance(.retry(retry))
    }

    /// The value goes through the store unharmed.
    private mutating func store() throws {
        let text = try JSONText.encode(run)
        #expect(try JSONText.decode(RunMachine.self, text) == run)
    }

    mutating func advance(_ event: RunMachine.Event) {
        let before = run
        if event == .cancel, !run.state.isTerminal { cancelling = true }
        if case .retry = event { cancelling = false }
        for effect in run.advance(event) {
            switch effect {
            case .step(let name, .start(let attempt)):
                #expect(working[name] == nil, "two attempts of \(name) at once")
                #expect(attempt == (newest[name] ?? 0) + 1, "attempt numbers rise by one")
                #expect(!cancelling, "\(name) started after the cancel")
                let definition = run.definition.step(name)!
                if before.step(name)?.state != run.step(name)?.state, run.step(name)?.caught == nil {
                    #expect(
                        run.allSatisfied(definition.needs),
                        "\(name) started before what it needs")
                    #expect(!definition.onlyByCatch, "\(name) started though nothing was caught")
                }
                working[name] = attempt
                newest[name] = attempt
                timers[name] = nil
            case .step(let name, .wait(let attempt, _, _)):
                #expect(working[name] == nil && attempt == newest[name])
                timers[name] = attempt
            case .step(let name, .stop(let attempt)): #expect(working[name] == attempt)
            case .step(let name, .gaveUp(let attempt, _)): #expect(attempt == newest[name])
            case .finished(let state):
                #expect(!isOver, "it ended twice")
                #expect(state == run.state && state.isTerminal)
                isOver = true
            }
        }
        #expect(isOver == run.state.isTerminal)
        for (step, machine) in zip(run.definition.steps, run.steps) {
            if case .running(let attempt, _) = machine.state {
                #expect(working[step.name] == attempt, "\(step.name) is said to run and doesn't")
            } else {
                #expect(working[step.name] == nil, "\(step.name) works unseen")
            }
            if case .retrying(let attempt, _, _) = machine.state { #expect(timers[step.name] == attempt) }
        }
        if run.state.isTerminal { #expect(!run.steps.contains { !$0.isOver }) }
    }
}

extension WorkflowDefinition {
    fileprivate static func random(using chance: inout SplitMix) -> WorkflowDefinition {
        let count = Int.random(in: 1...7, using: &chance)
        let names = (0..<count).map { "s\($0)" }
        return WorkflowDefinition(
            names.enumerated().map { index, name in
                let retry =
                    Bool.random(using: &chance)
                    ? [
                        Retrier(.timeout, .queryFailed, interval: 1, attempts: 1, backoff: 2),
                        Retrier(all: 1, attempts: Int.random(in: 0...2, using: &chance), backoff: 2),
                    ] : []
                return StepDefinition(
                    name, needs: names[..<index].filter { _ in Int.random(in: 0..<3, using: &chance) == 0 },
                    retry: retry,
                    catches: Int.random(in: 0..<3, using: &chance) == 0 ? [names.randomElement(using: &chance)!] : [],
                    onlyByCatch: Int.random(in: 0..<5, using: &chance) == 0,
                    when: Int.random(in: 0..<6, using: &chance) == 0
                        ? Condition(["steps", "s0", "rows"], .greater, .int(0)) : nil)
            })
    }
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014); a seed replays a walk.
struct SplitMix: RandomNumberGenerator {
    var seed: UInt64
    mutating func next() -> UInt64 {
        seed &+= 0x9e37_79b9_7f4a_7c15
        var mixed = seed
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension RunMachine {
    fileprivate func allSatisfied(_ needs: [String]) -> Bool { needs.allSatisfy { step($0)!.satisfiesDependants } }
}
