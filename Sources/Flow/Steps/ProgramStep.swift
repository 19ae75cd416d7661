import Foundation
import Lake

extension StepExecutor {
    /// Runs a program. It gets the run's parameters as a JSON object on stdin, with what Weir knows under `weir`, and
    /// as `WEIR_*` variables. If the last line that it writes to stdout is a JSON object, that is the step's output.
    func program(
        _ arguments: [String], _ order: AttemptOrder, _ log: AttemptLog,
        _ progress: @escaping @Sendable (StatementProgress) -> Void
    ) async throws -> StepResult {
        let program = Program(
            arguments: arguments, directory: project().directory, environment: environment(for: order),
            input: Array(try JSONText.encode(input(for: order)).utf8), timeout: order.step.timeout)
        let limit = programs.limit
        try await programs.enter { progress(.waiting("one of \(limit) programs to end")) }
        defer { programs.leave() }
        progress(.started)
        let children = RecordedProcesses(store: services.store, epoch: services.epoch)
        let end = try await program.run(children: children) { log.append($0) }
        switch end.outcome {
        case .exited(0): return StepResult(output: Self.output(end.lastOutput))
        case .exited(let code): throw WorkFailure(.commandFailed, "exit \(code)" + Self.tail(end))
        case .signalled(let number): throw WorkFailure(.commandFailed, "ended by signal \(number)" + Self.tail(end))
        case .timedOut(let limit):
            throw WorkFailure(.timeout, "\(arguments[0]) had not ended after \(limit.inSeconds) s" + Self.tail(end))
        case .cancelled: throw WorkFailure(.cancelled, "cancelled")
        }
    }

    private static func tail(_ end: Program.End) -> String {
        let line = end.lastError.isEmpty ? end.lastOutput : end.lastError
        return line.isEmpty ? "" : ": \(line)"
    }

    private static func output(_ line: String) -> StepOutput {
        guard line.hasPrefix("{"), let output = try? JSONText.decode(StepOutput.self, line) else { return [:] }
        return output
    }

    private func input(for order: AttemptOrder) -> StepOutput {
        var input = order.parameters.mapValues { JSONValue($0) }
        var known: StepOutput = [
            "workflow": .text(order.workflow.name), "run": .integer(order.key.run), "step": .text(order.step.name),
            "attempt": .integer(Int64(order.key.number)), "steps": .object(order.outputs.mapValues { .object($0) }),
        ]
        if let interval = order.interval { known["interval"] = .text(interval.description) }
        if let caught = order.caught {
            known["error"] = .object([
                "step": .text(caught.step), "name": .text(caught.failure.name.rawValue),
                "message": .text(caught.failure.message),
            ])
        }
        input["weir"] = .object(known)
        return input
    }

    private func environment(for order: AttemptOrder) -> [String: String] {
        var variables = services.environment
        variables["WEIR_WORKFLOW"] = order.workflow.name
        variables["WEIR_RUN"] = String(order.key.run)
        variables["WEIR_STEP"] = order.step.name
        variables["WEIR_ATTEMPT"] = String(order.key.number)
        if let interval = order.interval { variables["WEIR_INTERVAL"] = interval.description }
        if let caught = order.caught {
            variables["WEIR_ERROR"] = caught.failure.name.rawValue
            variables["WEIR_ERROR_STEP"] = caught.step
            variables["WEIR_ERROR_MESSAGE"] = caught.failure.message
        }
        for (name, value) in order.parameters {
            variables["WEIR_" + name.uppercased().replacingOccurrences(of: "-", with: "_")] = RunParameters.text(value)
        }
        return variables
    }
}
