import Flow

/// A state as an operator sees it: sign, word and colour together, never colour alone.
struct Look {
    var sign: KeyPath<Signs, String>
    var word: String
    var role: Role

    func spans(_ signs: Signs) -> [Canvas.Span] {
        [Canvas.Span(signs[keyPath: sign] + " " + word, role)]
    }
}

extension RunState {
    var look: Look {
        switch self {
        case .queued: Look(sign: \.queued, word: "QUEUED", role: .queued)
        case .running: Look(sign: \.running, word: "RUNNING", role: .running)
        case .retrying: Look(sign: \.retrying, word: "RETRYING", role: .retrying)
        case .succeeded: Look(sign: \.ok, word: "OK", role: .ok)
        case .failed: Look(sign: \.failed, word: "FAILED", role: .failed)
        case .cancelled: Look(sign: \.cancelled, word: "CANCELLED", role: .cancelled)
        }
    }
}

extension StepState {
    var look: Look {
        switch self {
        case .waiting: Look(sign: \.waiting, word: "waiting", role: .waiting)
        case .queued: Look(sign: \.queued, word: "QUEUED", role: .queued)
        case .running: Look(sign: \.running, word: "RUNNING", role: .running)
        case .retrying: Look(sign: \.retrying, word: "RETRYING", role: .retrying)
        case .succeeded: Look(sign: \.ok, word: "OK", role: .ok)
        case .failed: Look(sign: \.failed, word: "FAILED", role: .failed)
        case .timedOut: Look(sign: \.timedOut, word: "TIMED OUT", role: .timedOut)
        case .cancelled: Look(sign: \.cancelled, word: "CANCELLED", role: .cancelled)
        case .skipped: Look(sign: \.skipped, word: "skipped", role: .skipped)
        }
    }

    /// It ended without success, so that an operator may want it again.
    var isFailure: Bool {
        switch self {
        case .failed, .timedOut: true
        case .waiting, .queued, .running, .retrying, .succeeded, .cancelled, .skipped: false
        }
    }
    var isTerminal: Bool {
        switch self {
        case .waiting, .queued, .running, .retrying: false
        case .succeeded, .failed, .timedOut, .cancelled, .skipped: true
        }
    }
}

extension BackfillSummary.State {
    var look: Look {
        switch self {
        case .running: Look(sign: \.running, word: "RUNNING", role: .running)
        case .paused: Look(sign: \.paused, word: "PAUSED", role: .paused)
        case .succeeded: Look(sign: \.ok, word: "OK", role: .ok)
        case .failed: Look(sign: \.failed, word: "FAILED", role: .failed)
        case .cancelled: Look(sign: \.cancelled, word: "CANCELLED", role: .cancelled)
        }
    }
    var isTerminal: Bool {
        switch self {
        case .running, .paused: false
        case .succeeded, .failed, .cancelled: true
        }
    }
}

extension BackfillSummary.DayState {
    var look: Look {
        switch self {
        case .waiting: Look(sign: \.waiting, word: "waiting", role: .waiting)
        case .running: Look(sign: \.running, word: "running", role: .running)
        case .succeeded: Look(sign: \.ok, word: "done", role: .ok)
        case .failed: Look(sign: \.failed, word: "failed", role: .failed)
        case .skipped: Look(sign: \.skipped, word: "skipped", role: .skipped)
        case .cancelled: Look(sign: \.cancelled, word: "cancelled", role: .cancelled)
        case .dead: Look(sign: \.failed, word: "set aside", role: .failed)
        }
    }
}
