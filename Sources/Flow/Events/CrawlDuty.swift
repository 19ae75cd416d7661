import Lake

/// What a crawler has to do because of events. Those that come during a crawl are one crawl afterwards.
struct CrawlDuty: Sendable, Hashable {
    var definition: CrawlerDefinition
    /// The events that ask for a crawl and are not answered yet, from the oldest to the newest.
    private(set) var asked: ClosedRange<Int64>?
    /// The newest event that the crawl at work answers.
    private(set) var crawling: Int64?
    private(set) var failures = 0
    /// On the monotonic clock, in milliseconds, after a failure.
    private(set) var notBefore: Int64 = 0

    /// Crawls for the same events, before they are parked.
    static let attempts = 3

    init(definition: CrawlerDefinition) { self.definition = definition }

    mutating func ask(_ sequence: Int64) {
        asked = (asked?.lowerBound ?? sequence)...max(asked?.upperBound ?? sequence, sequence)
    }

    /// The newest event that a crawl answers that should begin now; nil: none should.
    mutating func begin(now: Int64) -> Int64? {
        guard crawling == nil, let asked, notBefore <= now else { return nil }
        crawling = asked.upperBound
        return asked.upperBound
    }

    mutating func succeeded() {
        settle()
        failures = 0
        notBefore = 0
    }

    /// Returns true when the events have been tried often enough: they are parked, and the crawler goes on. Otherwise
    /// it tries again after 1 s, then 2 s.
    mutating func failed(now: Int64) -> Bool {
        failures += 1
        guard failures < Self.attempts else {
            succeeded()
            return true
        }
        crawling = nil
        notBefore = now + 1_000 * Int64(1 << (failures - 1))
        return false
    }

    private mutating func settle() {
        guard let crawling, let asked else { return }
        self.crawling = nil
        self.asked = asked.upperBound > crawling ? (crawling + 1)...asked.upperBound : nil
    }

    var isIdle: Bool { asked == nil && crawling == nil }
}
