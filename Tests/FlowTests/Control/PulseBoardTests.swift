import Testing

@testable import Flow

struct PulseBoardTests {
    private func pulse(_ generation: Int64) -> EnginePulse {
        EnginePulse(
            generation: generation,
            status: EngineStatus(
                pid: 1, epoch: 1, uptimeSeconds: 0, project: "shop", address: nil,
                slots: SlotStatus(total: 2, busy: 0, waiting: 0), streams: [], runsByState: [:], steps: []))
    }

    @Test(arguments: [(Duration.zero, [1, 2]), (.seconds(3600), [1])])
    func `the first pulse comes at once, and one within a listener's rest is left out`(
        rest: Duration, expected: [Int64]
    ) async {
        let board = PulseBoard()
        var pulses = board.listen(rest: rest, first: pulse(1)).makeAsyncIterator()
        var heard = [await pulses.next()?.generation]
        board.tell(pulse(2))
        board.close()
        while let pulse = await pulses.next() { heard.append(pulse.generation) }
        #expect(heard == expected)
    }

    @Test func `a closed board ends what is asked for later`() async {
        let board = PulseBoard()
        board.close()
        for await _ in board.listen(rest: .zero, first: pulse(1)) { Issue.record("it told a pulse") }
        #expect(!board.hasListeners)
    }
}
