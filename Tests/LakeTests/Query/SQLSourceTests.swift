import DuckDB
import Testing

@testable import Lake

struct SQLSourceTests {
    @Test func `a byte is pointed at by line, column and a caret below it`() {
        let sql = "SELECT 'éé',\n\tnothing\nFROM t"
        let source = SQLSource(file: "sql/a.sql", sql: sql)
        let point = source.point(at: 16)
        #expect(point.place == "sql/a.sql:2:2:")
        #expect(point.excerpt == "2 | \tnothing\n  | \t^")
        #expect(source.point(at: 7).excerpt == "1 | SELECT 'éé',\n  |        ^")
        #expect(source.point(at: 14).place == "sql/a.sql:1:13:")
    }

    @Test func `a place outside the text is its end`() {
        #expect(SQLSource(file: nil, sql: "SELECT").point(at: 99).place == "line 1, column 7:")
        #expect(SQLSource(file: nil, sql: "").point(at: -1).excerpt == "1 | \n  | ^")
    }

    @Test func `what DuckDB says becomes one line, and its whole in the detail`() {
        let source = SQLSource(file: "sql/a.sql", sql: "SELECT b")
        let failure = WorkFailure(
            .invalid(message: "no column b\nCandidates: a", position: 7), named: .queryFailed, in: source)
        #expect(failure.description == "Query.Failed: sql/a.sql:1:8: no column b Candidates: a")
        #expect(failure.detail == "no column b\nCandidates: a\n1 | SELECT b\n  |        ^")
        #expect(WorkFailure(.interrupted, named: .queryFailed, in: source).name == .cancelled)
        let memory = WorkFailure(.outOfMemory("no room\nhints"), named: .loadFailed, in: source)
        #expect(
            memory.description
                == "Query.OutOfMemory: sql/a.sql: out of memory: no room (more for each slot: engine.memory)")
    }
}
