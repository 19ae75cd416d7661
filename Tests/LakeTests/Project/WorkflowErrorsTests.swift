import Foundation
import TestSupport
import Testing

@testable import Lake

/// Errors of workflows and steps, each with its whole text. The lines given come after line 10 of a project that is
/// right; see `ProjectFixture.around`.
@Suite struct WorkflowErrorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var lines: String
        var errors: String
        var testDescription: String { errors }

        init(_ lines: String, _ errors: String) {
            self.lines = lines
            self.errors = errors
        }
    }

    @Test func `the project around is right`() throws {
        #expect(try ProjectFixture.around("").errors() == "")
    }

    @Test(arguments: [
        Case(
            "    on: { event: crawl.succeded, table: raw.log }",
            "weir.yaml:11:18: event of on of workflow daily: expected crawl.succeeded or partition.published, found 'crawl.succeded'; did you mean 'crawl.succeeded'?"
        ),
        Case(
            "    on: { event: run.failed, table: raw.log }",
            "weir.yaml:11:18: not supported yet: event: run.failed in on of workflow daily; crawl.succeeded tells that a table has changed, partition.published that a step has made a day"
        ),
        Case(
            "    on: { event: crawl.succeeded }",
            "weir.yaml:11:9: on of workflow daily needs 'table': the table that the event is about, like raw.access_log"
        ),
        Case(
            "    on: { event: crawl.succeeded, table: row.log }",
            "weir.yaml:11:42: on of workflow daily: no crawler's paths hold row.log; did you mean 'raw.log'?"),
        Case(
            "    on: { event: crawl.succeeded, table: mart.a }",
            "weir.yaml:11:42: on of workflow daily: no crawler's paths hold mart.a: add mart to a crawler's paths"),
        Case(
            "    on: { event: partition.published, table: mart.b }",
            "weir.yaml:11:46: on of workflow daily: no query step makes mart.b; did you mean 'mart.a'?"),
        Case(
            "    on: { event: crawl.succeeded, table: { prefix: raw. } }",
            "weir.yaml:11:42: not supported yet: a pattern for table in on of workflow daily; name one table"),
        Case(
            "    on: { schedule: \"0 3 * * *\" }",
            "weir.yaml:11:9: on of workflow daily needs 'event': crawl.succeeded or partition.published\nweir.yaml:11:9: on of workflow daily needs 'table': the table that the event is about, like raw.access_log\nweir.yaml:11:11: not supported yet: schedule in on of workflow daily; start it by an event or by weir run"
        ),
        Case("    on-close: 2h", "weir.yaml:11:5: not supported yet: on-close in workflow daily; use settle"),
        Case("    deadline: 20m", "weir.yaml:11:5: not supported yet: deadline in workflow daily; leave it out"),
        Case(
            "    settle: soon",
            "weir.yaml:11:13: settle of workflow daily: expected a time like 10m, between 0s and 7d, found 'soon'"),
        Case(
            "    params: { a: dat }",
            "weir.yaml:11:18: parameter a of workflow daily: expected a type (date, timestamp, text, int, real, bool), found 'dat'; did you mean 'date'?"
        ),
        Case(
            "    params: { a: { type: int, default: three } }",
            "weir.yaml:11:40: default of parameter a of workflow daily: expected a whole number, found 'three'"),
        Case(
            "    params: { a: { type: date, default: 2026-02-30 } }",
            "weir.yaml:11:41: default of parameter a of workflow daily: expected a day like 2026-11-21, found '2026-02-30'"
        ),
        Case("    params: { dt: text }", "weir.yaml:11:19: parameter dt of workflow daily: each run gives it, as date"),
        Case(
            "    params: { a-b: text }",
            "weir.yaml:11:15: 'a-b' can't name a parameter: a letter, then letters, digits and _"),
    ])
    func `a wrong workflow`(given: Case) throws {
        let errors = try ProjectFixture.around(given.lines).errors()
        #expect(errors == given.errors)
    }

    @Test(arguments: [
        Case("{}", "weir.yaml:11:10: step b of daily does nothing: expected one of query, extract, crawl, load, run"),
        Case(
            "{ query: sql/a.sql }",
            "weir.yaml:11:10: step b of daily needs 'into': the table that the result becomes, like mart.active_users"),
        Case(
            "{ query: sql/b.sql, into: mart.b }",
            "weir.yaml:11:19: there is no file 'sql/b.sql'; did you mean 'sql/a.sql'?"),
        Case(
            "{ query: ../b.sql, into: mart.b }",
            "weir.yaml:11:19: query: expected a file below the project's folder, found '../b.sql'"),
        Case(
            "{ query: sql/a.sql, into: mart.a }",
            "weir.yaml:11:36: mart.a is made by step a of daily already: give step b of daily a table of its own"),
        Case(
            "{ query: sql/a.sql, into: raw.log }",
            "weir.yaml:11:36: raw.log is made by stream log already: give step b of daily a table of its own"),
        Case(
            "{ query: sql/a.sql, into: mart.b, to: x }",
            "weir.yaml:11:44: 'to' belongs to a load step, and step b of daily is a query step"),
        Case(
            "{ query: sql/a.sql, into: mart.b, run: [ x ] }",
            "weir.yaml:11:10: step b of daily has query and run: make it 2 steps"),
        Case(
            "{ query: sql/a.sql, into: mart.b, history: follow }",
            "weir.yaml:11:44: not supported yet: history in step b of daily; past days stay as they are until a backfill"
        ),
        Case(
            "{ query: sql/a.sql, into: mart.b, reads: { raw.log: 6 } }",
            "weir.yaml:11:62: reads of step b of daily: expected a window like -6..0, in intervals, between -1000 and 1000, found '6'"
        ),
        Case(
            "{ query: sql/a.sql, into: mart.b, reads: { raw.log: 0..-6 } }",
            "weir.yaml:11:62: reads of step b of daily: expected a window like -6..0, in intervals, between -1000 and 1000, found '0..-6'"
        ),
        Case(
            "{ query: sql/a.sql, into: mart.b, check: [ { not-nul: [ a ] } ] }",
            "weir.yaml:11:53: check of step b of daily: expected one of not-null, unique, sql in each\nweir.yaml:11:55: unknown key 'not-nul' in check of step b of daily; did you mean 'not-null'?"
        ),
        Case(
            "{ query: sql/a.sql, into: mart.b, timeout: 10 }",
            "weir.yaml:11:53: timeout of step b of daily: expected a time like 10m, between 1s and 7d, found '10'"),
        Case(
            "{ run: notify.sh }",
            "weir.yaml:11:17: run of step b of daily: expected a list like [ sh, notify.sh ], found 'notify.sh'"),
        Case(
            "{ run: [ x ], needs: [ aa ] }",
            "weir.yaml:11:33: needs of step b: daily has no step 'aa'; did you mean 'a'?"),
        Case("{ run: [ x ], needs: [ b ] }", "weir.yaml:11:7: these steps of daily need each other: b needs b"),
        Case(
            "{ run: [ x ], retries: [] }",
            "weir.yaml:11:24: unknown key 'retries' in step b of daily; did you mean 'retry'?"),
        Case(
            "{ run: [ x ], retry: [ { errors: [ Query.Fialed ] } ] }",
            "weir.yaml:11:45: errors in retry of step b of daily: no error is called 'Query.Fialed'; did you mean 'Query.Failed'?"
        ),
        Case(
            "{ run: [ x ], retry: [ { errors: [ Weir.ALL, Weir.Timeout ] } ] }",
            "weir.yaml:11:45: errors in retry of step b of daily: Weir.ALL must stand alone and in the last rule"),
        Case(
            "{ run: [ x ], retry: [ { errors: [ Weir.ALL ] }, { errors: [ Weir.Timeout ] } ] }",
            "weir.yaml:11:45: errors in retry of step b of daily: Weir.ALL must stand alone and in the last rule"),
        Case(
            "{ run: [ x ], retry: [ { attempts: -1 } ] }",
            "weir.yaml:11:33: retry of step b of daily needs 'errors': a list like [ Weir.ALL ]\nweir.yaml:11:45: attempts of retry of step b of daily: expected a whole number between 0 and 1000, found '-1'"
        ),
        Case(
            "{ run: [ x ], retry: [ { errors: [ Weir.ALL ], backoff: 0.5 } ] }",
            "weir.yaml:11:66: backoff of retry of step b of daily: expected a number of 1 or more, found '0.5'"),
        Case(
            "{ run: [ x ], catch: [ { errors: [ Weir.ALL ], goto: a } ] }",
            "weir.yaml:11:63: catch of step b goes to a, which starts anyway: give a only-by: catch"),
        Case(
            "{ run: [ x ], catch: [ { errors: [ Weir.ALL ], goto: c } ] }",
            "weir.yaml:11:63: catch of step b: daily has no step 'c'; did you mean 'a'?"),
        Case("{ run: [ x ], only-by: catch }", "weir.yaml:11:7: step b of daily never starts: no catch goes to it"),
        Case(
            "{ run: [ x ], when: rows > 0 }",
            "weir.yaml:11:30: when of step b of daily: expected a comparison like steps.serve.rows > 0, found 'rows > 0'"
        ),
        Case(
            "{ run: [ x ], when: steps.a.rows > 0 }",
            "weir.yaml:11:30: when of step b looks at a, which may not have run: add it to needs"),
        Case("{ run: [ x ], when: params.flor > 0 }", "weir.yaml:11:30: when of step b: daily has no parameter 'flor'"),
        Case("{ extract: app }", "weir.yaml:11:21: extract of step b: there is no extract 'app'"),
        Case("{ crawl: lke }", "weir.yaml:11:19: crawl of step b: there is no crawler 'lke'; did you mean 'lake'?"),
        Case(
            "{ load: mart.a, to: \"sqlite:s.db\", table: t }",
            "weir.yaml:11:18: load of step b: step a makes mart.a in the same run: add it to needs"),
        Case(
            "{ load: mart.c, to: \"sqlite:s.db\", table: t }",
            "weir.yaml:11:18: load of step b: nothing makes mart.c; did you mean 'mart.a'?"),
        Case(
            "{ load: raw.log, to: \"${DB}\", table: t }",
            "weir.yaml:11:31: to of step b of daily: '${DB}' is not set in the environment: export DB=… first"),
        Case(
            "{ load: raw.log, to: \"sqlite:s.db\", table: t, mode: upsert }",
            "weir.yaml:11:62: mode of step b of daily: upsert needs key: the columns that tell a row"),
        Case(
            "{ load: raw.log, to: \"sqlite:s.db\", table: t, key: a }",
            "weir.yaml:11:56: key of step b of daily: only mode: upsert has one"),
    ])
    func `a wrong step`(given: Case) throws {
        let errors = try ProjectFixture.around("      b: \(given.lines)").errors()
        #expect(errors == given.errors)
    }

    @Test func `a cycle is named`() throws {
        let fixture = try ProjectFixture.around(
            """
                  b: { run: [ x ], needs: [ a, d ] }
                  c: { run: [ x ], needs: [ b ] }
                  d: { run: [ x ], needs: [ c ] }
            """)
        #expect(fixture.errors() == "weir.yaml:11:7: these steps of daily need each other: b needs d needs c needs b")
    }

    @Test func `a step that a catch starts needs no others`() throws {
        let fixture = try ProjectFixture.around(
            """
                  b: { run: [ x ], catch: [ { errors: [ Weir.ALL ], goto: c } ] }
                  c: { run: [ x ], only-by: catch, needs: [ a ] }
            """)
        #expect(fixture.errors() == "weir.yaml:12:49: step c of daily starts by a catch: it can't need steps")
    }

    @Test func `a window needs intervals`() throws {
        let fixture = try ProjectFixture(
            """
            name: a
            workflows:
              w:
                steps:
                  s: { query: sql/a.sql, into: mart.a, reads: { raw.x: -1..0 } }
            """, sql: ["sql/a.sql"])
        #expect(
            fixture.errors()
                == "weir.yaml:5:36: reads of step s: a window needs intervals: give w each: dt")
    }

    @Test func `an SQL file that is empty or not text`() throws {
        let fixture = try ProjectFixture.around("      b: { query: sql/b.sql, into: mart.b }")
        try fixture.folder.write(" \n", to: "sql/b.sql")
        #expect(fixture.errors() == "weir.yaml:11:19: sql/b.sql is empty: it should hold one SELECT")
        try Data([10, 10, 0xfe]).write(to: URL(fileURLWithPath: fixture.folder("sql/b.sql")))
        #expect(fixture.errors() == "weir.yaml:11:19: sql/b.sql: line 3 is not UTF-8 text")
    }
}
