import Lake
import Store
import Synchronization
import Terminal
import TestSupport
import Testing

@testable import Console

/// Lists that are longer than anybody wants to hold in memory.
@Suite struct ListingTests {
    // What the console asks for

    private func listing(_ query: ListingQuery, _ numbers: ClosedRange<Int64>, of all: ClosedRange<Int64>) -> Listing {
        Listing(
            query: query, titles: Listing.Kind.runs.titles,
            rows: numbers.reversed().map { ["\($0)", "", "w", "", "OK", "", ""] }, newest: all.upperBound,
            oldest: all.lowerBound)
    }

    private func onRuns(_ numbers: ClosedRange<Int64>, of all: ClosedRange<Int64>) -> Fingers {
        var fingers = Fingers(Sample.state(120, 36))
        fingers.type(":runs")
        let effects = fingers.press(Key(.enter))
        #expect(effects == [.watch(run: nil, listing: ListingQuery(.runs))])
        _ = fingers.state.update(.listing(listing(ListingQuery(.runs), numbers, of: all)))
        return fingers
    }

    @Test func `rows beyond those at hand are asked for before the focus gets there`() {
        var fingers = onRuns(401...1000, of: 1...1000)
        #expect(fingers.text().contains("1 of 1,000"))
        for _ in 0..<449 { #expect(fingers.type("j") == []) }
        let query = ListingQuery(.runs, part: .around(550))
        #expect(fingers.type("j") == [.watch(run: nil, listing: query)])
        #expect(fingers.text().contains("reading"))
        // One that is on its way is not asked for again.
        #expect(fingers.type("jj") == [])
        _ = fingers.state.update(.listing(listing(query, 250...849, of: 1...1000)))
        #expect(fingers.text().contains("453 of 1,000"))
        #expect(fingers.state.nameOfFocused == "548")
        #expect(fingers.type("k") == [])
    }

    @Test func `G goes to the oldest row there is, gg to the newest`() {
        var fingers = onRuns(401...1000, of: 1...1000)
        let oldest = ListingQuery(.runs, part: .oldest)
        #expect(fingers.type("G") == [.watch(run: nil, listing: oldest)])
        #expect(fingers.state.update(.listing(listing(oldest, 1...600, of: 1...1000))) == [])
        #expect(fingers.state.nameOfFocused == "1")
        #expect(fingers.text().contains("1,000 of 1,000"))
        #expect(fingers.type("gg") == [.watch(run: nil, listing: ListingQuery(.runs))])
        #expect(fingers.state.update(.listing(listing(ListingQuery(.runs), 401...1000, of: 1...1000))) == [])
        #expect(fingers.state.nameOfFocused == "1000")
    }

    @Test func `a list that is at hand whole is asked for once`() {
        var fingers = onRuns(1...20, of: 1...20)
        #expect(
            fingers.type("jjGgg") == [
                .watch(run: nil, listing: ListingQuery(.runs, part: .oldest)),
                .watch(run: nil, listing: ListingQuery(.runs)),
            ])
    }

    @Test func `a filter looks the whole list through, tells how far it is, and goes with escape`() {
        var fingers = onRuns(401...1000, of: 1...1000)
        let filtered = ListingQuery(.runs, filter: Filter("x"))
        #expect(fingers.type("/x") == [.watch(run: nil, listing: filtered)])
        var found = listing(filtered, 7...9, of: 1...1000)
        found.search = .through(501)
        _ = fingers.state.update(.listing(found))
        fingers.press(Key(.enter))
        #expect(fingers.text().contains("3 so far, 500 of 1,000 read"))
        found.search = .whole
        _ = fingers.state.update(.listing(found))
        #expect(fingers.text().contains("3 of 1,000"))
        found.search = .cut
        _ = fingers.state.update(.listing(found))
        #expect(fingers.text().contains("the newest 3 that match"))
        fingers.type("j")
        #expect(fingers.press(Key(.escape)) == [.watch(run: nil, listing: ListingQuery(.runs, part: .around(8)))])
        #expect(fingers.type("gg") == [.watch(run: nil, listing: ListingQuery(.runs))])
    }

    // What is read

    /// A store with as many runs; every thousandth has failed.
    private func store(_ folder: TemporaryDirectory, runs: Int) async throws -> String {
        let path = folder("weir.db")
        let store = try Store.openForWriting(path)
        try await store.write { writing in
            try writing.execute(
                """
                WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ?)
                INSERT INTO runs (id, workflow, parameters, definition, state, reason, priority, created_at, error)
                SELECT id, 'w', '{}', '', CASE WHEN id % 1000 = 0 THEN 'failed' ELSE 'succeeded' END, 'by hand', 0,
                    id * 1000, CASE WHEN id % 1000 = 0 THEN 'Check.Failed' END
                FROM n
                """, [Value(runs)])
        }
        try store.close()
        return path
    }

    /// What a reader tells for one query after the other, until each is whole.
    private func read(_ path: String, _ queries: [ListingQuery]) async throws -> [Listing] {
        let mailbox = Mailbox(Wakeup())
        let reader = ListingReader(path: path, clock: Sample.state(80, 24).clock, mailbox: mailbox)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reader.run() }
            defer { group.cancelAll() }
            var found: [Listing] = []
            for query in queries {
                reader.watch(query)
                var newest: Listing?
                let isThere = try await eventually {
                    for case .listing(let listing) in mailbox.take() where listing.query == query {
                        newest = listing
                    }
                    if case .through = newest?.search { return false }
                    return newest != nil
                }
                #expect(isThere)
                if let newest { found.append(newest) }
            }
            return found
        }
    }

    @Test func `a part of a long list is read around any row, and at its ends`() async throws {
        let folder = TemporaryDirectory()
        let found = try await read(
            try await store(folder, runs: 20_000),
            [
                ListingQuery(.runs), ListingQuery(.runs, part: .around(10_000)), ListingQuery(.runs, part: .oldest),
                ListingQuery(.runs, part: .around(19_990)), ListingQuery(.events),
            ])
        let numbers = found.map { $0.rows.compactMap(Listing.number) }
        #expect(numbers[0] == Array((19_401...20_000).reversed()))
        #expect(numbers[1] == Array((9_700...10_299).reversed()))
        #expect(numbers[2] == Array((1...600).reversed()))
        #expect(numbers[3] == Array((19_401...20_000).reversed()))
        #expect(found[0].total == 20_000)
        #expect(!found[0].hasNewer && found[0].hasOlder && found[1].hasNewer && found[1].hasOlder)
        #expect(found[4].rows.isEmpty && found[4].total == 0)
    }

    @Test func `a filter finds every row of a long list, by text, expression, opposite and letters`() async throws {
        let folder = TemporaryDirectory()
        let path = try await store(folder, runs: 20_000)
        let failed = (1...20).map { Int64($0 * 1000) }.reversed()
        for pattern in ["check.failed", "Check\\.F", "-f chckfld", "FAILED"] {
            let found = try await read(path, [ListingQuery(.runs, filter: Filter(pattern))])
            #expect(found[0].rows.compactMap(Listing.number) == Array(failed), "\(pattern)")
            #expect(found[0].search == .whole)
        }
        let others = try await read(path, [ListingQuery(.runs, filter: Filter("!failed"))])
        #expect(others[0].rows.count == ListingReader.mostMatches)
        #expect(others[0].search == .cut)
    }
}
