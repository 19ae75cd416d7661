import Flow
import Lake
import Terminal

/// The form behind `b`: what to compute again, and what that costs before it is begun.
struct BackfillForm: Sendable, Hashable {
    enum Field: Int, Sendable, Hashable, CaseIterable { case workflow, first, last, only, order, parallel, start }

    /// What the engine says about the request as it stands.
    enum Price: Sendable, Hashable {
        case none
        case asked(BackfillRequest)
        case known(BackfillPlan)
        case refused(BackfillRequest, String)
    }

    private(set) var workflows: [String]
    var workflow: Int
    var first: TextField
    var last: TextField
    var only = BackfillRequest.Filter.missing
    var newestFirst = true
    var parallel: TextField
    var focus = Field.first
    var price = Price.none
    var starting = false
    /// The first day of the plan that is shown.
    var offset = 0

    init(workflows: [String], workflow: String?, days: ClosedRange<Interval>, parallel: Int = 4) {
        self.workflows = workflows
        self.workflow = workflow.flatMap { workflows.firstIndex(of: $0) } ?? 0
        first = TextField(days.lowerBound.description)
        last = TextField(days.upperBound.description)
        self.parallel = TextField("\(parallel)")
    }

    /// weir.yaml was applied while the form is open. The chosen workflow stays, unless it is gone.
    mutating func offer(_ workflows: [String]) {
        let chosen = self.workflows.indices.contains(workflow) ? self.workflows[workflow] : nil
        self.workflows = workflows
        workflow = chosen.flatMap { workflows.firstIndex(of: $0) } ?? 0
    }

    enum Reading: Sendable, Hashable {
        case request(BackfillRequest)
        case wrong(Field, String)
    }

    /// The request that the fields make, or what is wrong with them.
    var reading: Reading {
        guard workflows.indices.contains(workflow) else {
            return .wrong(.workflow, "no workflow to backfill: add one to weir.yaml")
        }
        guard let from = Interval(first.string.trimmed) else {
            return .wrong(.first, "'\(first.string)' is not a day like 2026-11-21")
        }
        guard let to = Interval(last.string.trimmed) else {
            return .wrong(.last, "'\(last.string)' is not a day like 2026-11-21")
        }
        guard (from.hour == nil) == (to.hour == nil) else { return .wrong(.last, "both must be days, or both hours") }
        guard from <= to else { return .wrong(.last, "the last day is before the first") }
        guard let runs = Int(parallel.string.trimmed), (1...64).contains(runs) else {
            return .wrong(.parallel, "'\(parallel.string)' is not a number of runs from 1 to 64")
        }
        return .request(
            BackfillRequest(
                workflow: workflows[workflow], first: from, last: to, only: only, steps: nil, parallel: runs,
                newestFirst: newestFirst))
    }

    /// The plan of the request as it stands, once the engine has made it.
    var plan: BackfillPlan? {
        guard case .known(let plan) = price, case .request(let request) = reading, plan.request == request else {
            return nil
        }
        return plan
    }

    /// What should be asked of the engine now; nil when its answer is known or on its way.
    mutating func question() -> BackfillRequest? {
        guard case .request(let request) = reading else { return nil }
        switch price {
        case .asked(request): return nil
        case .known(let plan) where plan.request == request: return nil
        case .refused(request, _): return nil
        case .none, .asked, .known, .refused: break
        }
        price = .asked(request)
        offset = 0
        return request
    }

    /// Takes an answer, unless another question has been asked since.
    mutating func answer(_ request: BackfillRequest, _ reply: Result<BackfillPlan, Refusal>) {
        guard price == .asked(request) else { return }
        switch reply {
        case .success(let plan): price = .known(plan)
        case .failure(let refusal): price = .refused(request, refusal.message)
        }
    }

    enum Outcome: Sendable, Hashable { case edited, start, close, ignored }

    mutating func take(_ key: Key) -> Outcome {
        switch (key.code, key.modifiers) {
        case (.escape, _), (.character("c"), .control): return .close
        case (.character("s"), .control): return .start
        case (.enter, _):
            if focus == .start { return .start }
            move(1)
        case (.tab, []), (.down, _): move(1)
        case (.tab, .shift), (.up, _): move(-1)
        case (.pageDown, _): offset += 10
        case (.pageUp, _): offset = max(0, offset - 10)
        default: return edit(key)
        }
        return .edited
    }

    mutating func paste(_ text: String) {
        switch focus {
        case .first: first.insert(text.filter(Self.mayBeInDay))
        case .last: last.insert(text.filter(Self.mayBeInDay))
        case .parallel: parallel.insert(text.filter(\.isNumber))
        case .workflow, .only, .order, .start: break
        }
    }

    private mutating func move(_ by: Int) {
        let all = Field.allCases
        focus = all[(focus.rawValue + by + all.count) % all.count]
    }

    private mutating func edit(_ key: Key) -> Outcome {
        let step = key.code == .left ? -1 : key.code == .right || key.code == .character(" ") ? 1 : 0
        switch focus {
        case .workflow:
            guard !workflows.isEmpty else { return .ignored }
            if step != 0 {
                workflow = (workflow + step + workflows.count) % workflows.count
            } else if case .character(let letter) = key.code {
                // A letter goes to the next workflow that begins with it.
                let order = workflows.indices.map { (workflow + 1 + $0) % workflows.count }
                workflow = order.first { workflows[$0].unicodeScalars.first == letter } ?? workflow
            }
        case .only:
            let all = BackfillRequest.Filter.allCases
            if step != 0, let index = all.firstIndex(of: only) { only = all[(index + step + all.count) % all.count] }
        case .order: if step != 0 { newestFirst.toggle() }
        case .first: return Self.edit(&first, key)
        case .last: return Self.edit(&last, key)
        case .parallel:
            if let number = Int(parallel.string), step != 0, key.code != .character(" ") {
                parallel.replace(with: "\(min(64, max(1, number + step)))")
            } else {
                if case .character(let scalar) = key.code, !Character(scalar).isNumber, key.modifiers.isEmpty {
                    return .ignored
                }
                return parallel.take(key) ? .edited : .ignored
            }
        case .start: return key.code == .character(" ") ? .start : .ignored
        }
        return .edited
    }

    /// `+` and `-` go a day on and back; everything else edits the text.
    private static func edit(_ field: inout TextField, _ key: Key) -> Outcome {
        let dashIsText = Interval(field.string.trimmed) == nil
        if key.code == .character("+") || (key.code == .character("-") && !dashIsText),
            let day = Interval(field.string.trimmed)
        {
            field.replace(with: day.advanced(by: key.code == .character("+") ? 1 : -1).description)
            return .edited
        }
        // The key that opened the form may still be held: no letter of it gets in here.
        if case .character(let scalar) = key.code, !mayBeInDay(Character(scalar)), key.modifiers.isEmpty {
            return .ignored
        }
        return field.take(key) ? .edited : .ignored
    }

    private static func mayBeInDay(_ character: Character) -> Bool { "0123456789-T".contains(character) }
}

extension String {
    var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
