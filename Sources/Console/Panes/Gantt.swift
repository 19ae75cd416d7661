import Flow
import Terminal

/// When a run's steps were at work: a lead-in while a step waits its turn, one bar a try, and where now is.
struct Gantt {
    let from: Int64
    let to: Int64
    private let now: Int64?
    private let attempts: [String: [AttemptSummary]]
    private let finished: [String: Int64]

    init?(_ run: RunSummary, attempts: [AttemptSummary], now: Int64) {
        let starts = attempts.map(\.startedAt) + run.steps.compactMap(\.startedAt) + [run.startedAt].compactMap { $0 }
        guard let from = starts.min() else { return nil }
        let ends =
            attempts.compactMap(\.finishedAt) + run.steps.compactMap(\.finishedAt) + [run.finishedAt].compactMap { $0 }
        self.from = from
        to = max(from + 1, run.state.isTerminal ? ends.max() ?? now : now)
        self.now = run.state.isTerminal ? nil : now
        self.attempts = Dictionary(grouping: attempts, by: \.step)
        finished = Dictionary(
            run.steps.compactMap { step in step.finishedAt.map { (step.name, $0) } }, uniquingKeysWith: max)
    }

    func draw(_ step: StepSummary, on canvas: inout Canvas, x: Int, y: Int, width: Int) {
        guard width > 2 else { return }
        func column(_ moment: Int64) -> Int {
            let share = Double(min(max(moment, from), to) - from) / Double(to - from)
            return min(width - 1, Int(share * Double(width)))
        }
        var tries = (attempts[step.name] ?? []).sorted { $0.number < $1.number }.map {
            (from: $0.startedAt, to: $0.finishedAt, state: $0.state)
        }
        if tries.isEmpty, let start = step.startedAt { tries = [(start, step.finishedAt, step.state)] }
        // It could have begun when the last of what it needs was done.
        let ready = step.needs.compactMap { finished[$0] }.max() ?? from
        let begun = tries.first?.from ?? (step.state == .queued ? to : ready)
        let lead = column(ready)..<max(column(ready), column(begun))
        canvas.write(String(repeating: canvas.signs.dot, count: lead.count), .ganttWait, x: x + lead.lowerBound, y: y)
        for (index, attempt) in tries.enumerated() {
            let start = column(attempt.from)
            let end = max(start, column(attempt.to ?? to) - (attempt.to == nil ? 0 : 1))
            let look = attempt.state.look
            canvas.write(String(repeating: canvas.signs.bar, count: end - start + 1), look.role, x: x + start, y: y)
            if attempt.state.isFailure || attempt.state == .retrying {
                canvas.write(canvas.signs.failed, look.role, x: x + end, y: y)
            }
            let next = index + 1 < tries.count ? tries[index + 1].from : step.state == .retrying ? to : nil
            if let next, column(next) > end + 1 {
                let pause = end + 1..<column(next)
                canvas.write(
                    String(repeating: canvas.signs.dot, count: pause.count), .ganttWait, x: x + pause.lowerBound, y: y)
            }
        }
        if let now, column(now) == width - 1, tries.last?.to != nil || tries.isEmpty {
            canvas.write(canvas.signs.lines.vertical, .ganttNow, x: x + width - 1, y: y)
        }
    }
}
