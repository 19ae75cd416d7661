import Testing

@testable import Lake

@Suite struct NearestNameTests {
    let tables = ["raw.access_log", "raw.companies", "mart.engagement", "mart.active_users"]

    @Test(arguments: [
        ("raw.acess_log", "raw.access_log"), ("raw.access_lgo", "raw.access_log"), ("RAW.Companies", "raw.companies"),
        ("mart.engagment", "mart.engagement"), ("active_users", "mart.active_users"), ("companys", "raw.companies"),
    ])
    func `a mistyped table finds the one that was meant`(typed: String, meant: String) {
        #expect(NearestName.of(typed, among: tables) == meant)
    }

    @Test func `a name that resembles none suggests none`() {
        #expect(NearestName.of("warehouse.invoices", among: tables) == nil)
        #expect(NearestName.of("ab", among: ["xy"]) == nil)
    }

    @Test func `two neighbours that swapped places are one edit`() {
        #expect(NearestName.distance(Array("retyr".utf8), Array("retry".utf8)) == 1)
        #expect(NearestName.distance(Array("".utf8), Array("abc".utf8)) == 3)
        #expect(NearestName.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
    }
}
