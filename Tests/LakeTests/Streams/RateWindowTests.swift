import Testing

@testable import Lake

@Suite struct RateWindowTests {
    @Test func `a rate is the mean of the last whole seconds, without the one that has begun`() {
        var window = RateWindow(second: 100)
        for second in 100...105 { window.add(records: second - 99, bytes: 1000, second: second) }
        // Seconds 100 to 104.
        #expect(window.perSecond(second: 105).records == 3)
        #expect(window.perSecond(second: 105).bytes == 1000)
        #expect(window.perSecond(second: 106).records == 4)
        #expect(window.perSecond(second: 111).records == 0)
    }

    @Test func `the history has sixty seconds, oldest first, and silence is zero`() {
        var window = RateWindow(second: 0)
        window.add(records: 5, bytes: 1, second: 0)
        window.add(records: 2, bytes: 1, second: 3)
        window.add(records: 3, bytes: 1, second: 3)
        #expect(window.history(second: 3) == Array(repeating: 0, count: 56) + [5, 0, 0, 5])
        #expect(window.history(second: 62) == [5] + Array(repeating: 0, count: 59))
        #expect(window.history(second: 63) == Array(repeating: 0, count: 60))
    }

    @Test func `after a long silence nothing old comes back, and time never runs backwards`() {
        var window = RateWindow(second: 10)
        for second in 10..<70 { window.add(records: 1, bytes: 1, second: second) }
        #expect(window.history(second: 69) == Array(repeating: 1, count: 60))
        window.add(records: 7, bytes: 7, second: 1_000_000)
        #expect(window.history(second: 1_000_000) == Array(repeating: 0, count: 59) + [7])
        window.add(records: 1, bytes: 1, second: 999_990)
        #expect(window.history(second: 999_990).last == 8)
    }
}
