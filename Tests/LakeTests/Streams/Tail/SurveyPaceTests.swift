import Testing

@testable import Lake

@Suite struct SurveyPaceTests {
    private let start = ContinuousClock.now

    private func pace(took: Duration) -> SurveyPace {
        var pace = SurveyPace()
        pace.looked(from: start, to: start + took)
        return pace
    }

    @Test func `the first look is due at once, the next after a second or when names change`() {
        #expect(SurveyPace().isDue(at: start))
        let pace = pace(took: .milliseconds(1))
        #expect(!pace.isDue(at: start + .milliseconds(999)))
        #expect(pace.isDue(at: start + .seconds(1)))
        #expect(!pace.allowsChanges(at: start + .milliseconds(9)))
        #expect(pace.allowsChanges(at: start + .milliseconds(10)))
    }

    @Test func `a look that takes long is taken seldom, and once a minute in any case`() {
        let slow = pace(took: .milliseconds(200))
        #expect(!slow.isDue(at: start + .seconds(19)))
        #expect(slow.isDue(at: start + .seconds(20)))
        #expect(pace(took: .seconds(30)).isDue(at: start + .seconds(60)))
    }
}
