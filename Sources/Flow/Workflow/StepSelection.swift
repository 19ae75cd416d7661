import Lake

/// Which of its workflow's steps a run computes. The results of the others stay as they are.
enum StepSelection: Sendable, Hashable, Codable {
    case all
    case steps([String])
    /// What the filter finds due when the run begins, with everything after it, among the named steps (nil: all).
    case due(BackfillRequest.Filter, among: [String]?)
    /// What has read a partition that changed since, with everything after it; found when the run begins.
    case changedInputs

    /// What a run computes that answers both.
    func joined(_ other: StepSelection) -> StepSelection {
        switch (self, other) {
        case (let same, let other) where same == other: same
        case (.steps(let some), .steps(let more)): .steps(some + more.filter { !some.contains($0) })
        case (.due(.stale, nil), .changedInputs), (.changedInputs, .due(.stale, nil)): .due(.stale, among: nil)
        case (.due(.missing, nil), .changedInputs), (.changedInputs, .due(.missing, nil)): .due(.stale, among: nil)
        case (.all, _), (.steps, _), (.due, _), (.changedInputs, _): .all
        }
    }

    /// The names when they are known; nil for all.
    var names: Set<String>? {
        switch self {
        case .steps(let names): Set(names)
        case .all, .due, .changedInputs: nil
        }
    }
}

/// What happened to an interval while a run for it was at work: it makes exactly one run afterwards.
struct FollowUp: Sendable, Hashable, Codable {
    var selection: StepSelection
    var events: [Int64]
    var reason: String
}
