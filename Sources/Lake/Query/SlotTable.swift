/// Who holds which slot and who waits for one: a value that decides, and never does.
///
/// A slot is *down* until its worker process has answered, then *free*; `ask` or a freed slot makes it *busy* for one
/// ticket; `release` frees it; the end of its worker takes it down from any state. No slot is ever held twice, because
/// only a free one is given. Waiting tickets are served by priority, and within one in the order they came. From four
/// slots up, one is kept for daily work: other work together holds at most all but one.
struct SlotTable: Sendable {
    typealias Ticket = Int

    enum Slot: Sendable, Hashable {
        /// The worker has not answered yet; the reason, where its last start failed.
        case down(failure: String?)
        case free
        case busy(Ticket, holder: String, priority: SlotPriority)
    }

    enum Effect: Sendable, Hashable {
        case start(Ticket, slot: Int)
        /// What a waiting ticket's holder should be told; only when it changed.
        case tell(Ticket, String)
        /// No worker starts at all: waiting would have no end.
        case refuse(Ticket, reason: String)
    }

    private struct Waiting: Sendable {
        let ticket: Ticket
        let holder: String
        let priority: SlotPriority
        var told: String?
    }

    private(set) var slots: [Slot]
    private var waiting: [Waiting] = []

    init(count: Int) { slots = Array(repeating: .down(failure: nil), count: count) }

    var load: (total: Int, busy: Int, waiting: Int) { (slots.count, busyCount { _ in true }, waiting.count) }

    /// Tickets are new each time, and rise.
    mutating func ask(_ ticket: Ticket, holder: String, priority: SlotPriority) -> [Effect] {
        let place = waiting.firstIndex { $0.priority > priority } ?? waiting.count
        waiting.insert(Waiting(ticket: ticket, holder: holder, priority: priority), at: place)
        return settle()
    }

    /// The ticket wants no slot any more. Does nothing when it has one already.
    mutating func withdraw(_ ticket: Ticket) -> [Effect] {
        waiting.removeAll { $0.ticket == ticket }
        return settle()
    }

    /// The ticket's statement has ended; its worker waits for the next one. Does nothing when the worker is gone.
    mutating func release(_ ticket: Ticket) -> [Effect] {
        for index in slots.indices {
            if case .busy(ticket, _, _) = slots[index] { slots[index] = .free }
        }
        return settle()
    }

    /// The slot's worker has answered for the first time.
    mutating func ready(_ slot: Int) -> [Effect] {
        if case .down = slots[slot] { slots[slot] = .free }
        return settle()
    }

    /// The slot's worker is gone; with a reason, if it was gone before it ever answered.
    mutating func lost(_ slot: Int, failure: String?) -> [Effect] {
        slots[slot] = .down(failure: failure)
        return settle()
    }

    private mutating func settle() -> [Effect] {
        var effects: [Effect] = []
        let failures = slots.compactMap { slot -> String? in
            if case .down(let failure) = slot { failure } else { nil }
        }
        if failures.count == slots.count, let reason = failures.first {
            effects = waiting.map { .refuse($0.ticket, reason: reason) }
            waiting = []
            return effects
        }
        while let index = waiting.firstIndex(where: { mayStart($0.priority) }), let slot = slots.firstIndex(of: .free) {
            let next = waiting.remove(at: index)
            slots[slot] = .busy(next.ticket, holder: next.holder, priority: next.priority)
            effects.append(.start(next.ticket, slot: slot))
        }
        for index in waiting.indices {
            let text = reason(for: waiting[index].priority)
            guard waiting[index].told != text else { continue }
            waiting[index].told = text
            effects.append(.tell(waiting[index].ticket, text))
        }
        return effects
    }

    private func mayStart(_ priority: SlotPriority) -> Bool {
        guard slots.count >= 4, priority != .daily else { return true }
        return busyCount { $0 != .daily } < slots.count - 1
    }

    /// Why there is no slot: the one that has been held for longest, since tickets only rise, is likely the next.
    private func reason(for priority: SlotPriority) -> String {
        let total = slots.count
        if slots.contains(.free) { return "the last slot of \(total) is kept for daily work" }
        let held = slots.enumerated().compactMap { index, slot -> (ticket: Ticket, text: String)? in
            guard case .busy(let ticket, let holder, _) = slot else { return nil }
            return (ticket, "slot \(index + 1) of \(total) held by \(holder)")
        }
        return held.min { $0.ticket < $1.ticket }?.text ?? "the workers are starting"
    }

    private func busyCount(_ counts: (SlotPriority) -> Bool) -> Int {
        slots.count(where: { slot in
            if case .busy(_, _, let priority) = slot { counts(priority) } else { false }
        })
    }
}
