import Testing

@testable import Lake

struct SlotTableTests {
    /// A table whose workers have all answered.
    private func table(_ count: Int) -> SlotTable {
        var table = SlotTable(count: count)
        for slot in 0..<count { #expect(table.ready(slot).isEmpty) }
        return table
    }

    @Test func `a statement waits until a worker has answered`() {
        var table = SlotTable(count: 1)
        #expect(table.ask(1, holder: "a", priority: .daily) == [.tell(1, "the workers are starting")])
        #expect(table.ready(0) == [.start(1, slot: 0)])
        #expect(table.load == (total: 1, busy: 1, waiting: 0))
    }

    @Test func `free slots are given at once, and a freed one to the first that waits`() {
        var table = table(2)
        #expect(table.ask(1, holder: "a", priority: .daily) == [.start(1, slot: 0)])
        #expect(table.ask(2, holder: "backfill #7 day 2026-06-03", priority: .daily) == [.start(2, slot: 1)])
        #expect(table.ask(3, holder: "c", priority: .daily) == [.tell(3, "slot 1 of 2 held by a")])
        #expect(table.ask(4, holder: "d", priority: .daily) == [.tell(4, "slot 1 of 2 held by a")])
        let after = table.release(1)
        #expect(after == [.start(3, slot: 0), .tell(4, "slot 2 of 2 held by backfill #7 day 2026-06-03")])
        #expect(table.load == (total: 2, busy: 2, waiting: 1))
    }

    @Test func `interactive goes before daily and daily before backfill`() {
        var table = table(1)
        _ = table.ask(1, holder: "a", priority: .backfill)
        _ = table.ask(2, holder: "b", priority: .backfill)
        _ = table.ask(3, holder: "c", priority: .daily)
        _ = table.ask(4, holder: "d", priority: .interactive)
        var order: [Int] = []
        for _ in 0..<3 {
            for case .start(let ticket, _) in table.release(order.last ?? 1) { order.append(ticket) }
        }
        #expect(order == [4, 3, 2])
    }

    @Test func `from four slots up one is kept for daily work`() {
        var table = table(4)
        for ticket in 1...3 { _ = table.ask(ticket, holder: "backfill", priority: .backfill) }
        let kept = SlotTable.Effect.tell(4, "the last slot of 4 is kept for daily work")
        #expect(table.ask(4, holder: "backfill", priority: .backfill) == [kept])
        #expect(table.ask(5, holder: "weir query", priority: .interactive).count == 1)
        #expect(
            table.ask(6, holder: "daily", priority: .daily) == [
                .start(6, slot: 3), .tell(5, "slot 1 of 4 held by backfill"), .tell(4, "slot 1 of 4 held by backfill"),
            ])
        // Daily work may use every slot.
        #expect(table.ask(7, holder: "daily", priority: .daily) == [.tell(7, "slot 1 of 4 held by backfill")])
        #expect(table.release(1).first == .start(5, slot: 0))
        #expect(table.release(2).first == .start(7, slot: 1))
        #expect(table.load == (total: 4, busy: 4, waiting: 1))
    }

    @Test func `one that is withdrawn is never started`() {
        var table = table(1)
        _ = table.ask(1, holder: "a", priority: .daily)
        _ = table.ask(2, holder: "b", priority: .daily)
        _ = table.withdraw(2)
        #expect(table.release(1).isEmpty)
        #expect(table.load == (total: 1, busy: 0, waiting: 0))
    }

    @Test func `a lost worker's slot is given again only when its successor has answered`() {
        var table = table(1)
        _ = table.ask(1, holder: "a", priority: .daily)
        #expect(table.lost(0, failure: nil).isEmpty)
        #expect(table.release(1).isEmpty)
        #expect(table.ask(2, holder: "b", priority: .daily) == [.tell(2, "the workers are starting")])
        #expect(table.ready(0) == [.start(2, slot: 0)])
        // The first ticket's late release takes nothing from the second.
        #expect(table.release(1).isEmpty)
        #expect(table.load.busy == 1)
    }

    @Test func `when no worker starts at all waiting ends, and asking too`() {
        var table = SlotTable(count: 2)
        _ = table.ask(1, holder: "a", priority: .daily)
        #expect(table.lost(0, failure: "can't start weir").isEmpty)
        #expect(table.lost(1, failure: "can't start weir") == [.refuse(1, reason: "can't start weir")])
        #expect(table.ask(2, holder: "b", priority: .daily) == [.refuse(2, reason: "can't start weir")])
        #expect(table.ready(1).isEmpty)
        #expect(table.ask(3, holder: "c", priority: .daily) == [.start(3, slot: 1)])
    }

    @Test(arguments: 1...8)
    func `over any course of events no slot is held twice and the limit is never passed`(seed: UInt64) {
        var random = SplitMix(state: seed)
        let count = Int.random(in: 1...5, using: &random)
        var table = SlotTable(count: count)
        var holders: [Int: Int] = [:]
        var waiting: Set<Int> = []
        var up = Set<Int>()
        for ticket in 1...2000 {
            var effects: [SlotTable.Effect] = []
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                waiting.insert(ticket)
                let priority = [SlotPriority.interactive, .daily, .backfill].randomElement(using: &random) ?? .daily
                effects = table.ask(ticket, holder: "t\(ticket)", priority: priority)
            case 2, 3:
                guard let (slot, held) = holders.sorted(by: { $0.key < $1.key }).randomElement(using: &random) else {
                    continue
                }
                holders[slot] = nil
                effects = table.release(held)
            case 4:
                let slot = Int.random(in: 0..<count, using: &random)
                holders[slot] = nil
                up.remove(slot)
                effects = table.lost(slot, failure: nil)
            default:
                let down = (0..<count).filter { !up.contains($0) }
                guard let slot = down.randomElement(using: &random) else { continue }
                up.insert(slot)
                effects = table.ready(slot)
            }
            for case .start(let started, let slot) in effects {
                #expect(holders[slot] == nil && up.contains(slot))
                #expect(waiting.remove(started) != nil)
                holders[slot] = started
            }
            #expect(table.load == (total: count, busy: holders.count, waiting: waiting.count))
            #expect(holders.count <= count)
        }
    }
}

/// Steele, Lea and Flood's SplitMix64: the same walk for the same seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
