import Foundation
import TestSupport
import Testing

@testable import Lake

/// Each error's whole text: what a person reads.
@Suite struct ProjectErrorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var yaml: String
        var errors: String
        var testDescription: String { errors }

        init(_ yaml: String, _ errors: String) {
            self.yaml = yaml
            self.errors = errors
        }
    }

    // MARK: The file

    @Test(arguments: [
        Case("", "weir.yaml:1:1: the file is empty: weir init writes a project to begin with"),
        Case("# nothing yet\n", "weir.yaml:1:1: the file is empty: weir init writes a project to begin with"),
        Case("shop", "weir.yaml:1:1: the project: expected a mapping (key: value), found 'shop'"),
        Case("- a", "weir.yaml:1:1: the project: expected a mapping (key: value), found a list"),
        Case("name: a\n---\nname: b\n", "weir.yaml:2:1: this is not YAML: a second document begins here"),
        Case("name: a\nname: b\n", "weir.yaml:2:1: 'name' is here twice; the first is in line 1"),
        Case("name: a\nlake:\n\t- b\n", "weir.yaml:3:1: a tab can't indent YAML: use spaces"),
        Case(
            "name: a: b\n",
            "weir.yaml:1:8: this is not YAML: mapping values are not allowed in this context "
                + "(look at the indentation, and quote text with ': ')"),
        Case(
            "name: &x a\nlake: *x\n",
            "weir.yaml:2:7: this is not YAML: aliases (*name) are not supported: write the value out"),
        Case("name: !!str a\n", "weir.yaml:1:7: YAML tags are not supported: write the value without '!'"),
        Case("? [ a ]\n: b\nname: a\n", "weir.yaml:1:3: a key must be a word, not a list"),
        Case(
            "name: " + String(repeating: "[", count: 40),
            "weir.yaml:1:39: this is not YAML: more than 32 levels deep"),
        Case(
            "name: \"a\\e[31m\"\n",
            "weir.yaml:1:7: name of the project: expected a name of letters, digits, _ and -, found 'a\\u{1b}[31m'"),
    ])
    func `a file that can't be read says where`(given: Case) throws {
        let errors = try ProjectFixture(given.yaml).errors()
        #expect(errors == given.errors)
    }

    @Test func `a folder without weir.yaml`() {
        let folder = TemporaryDirectory()
        #expect(
            throws: ProjectErrors(errors: [
                ProjectError(
                    file: "weir.yaml", line: 1, column: 1,
                    message: "there is no weir.yaml in \(folder.path): weir init writes one")
            ])
        ) { try ProjectParser.load(folder.path, environment: [:]) }
    }

    @Test func `a file that is too long is not read`() throws {
        let fixture = try ProjectFixture("name: a\n#" + String(repeating: " ", count: 256 * 1024))
        #expect(fixture.errors() == "weir.yaml:1:1: the file has more than 256 KiB: no project needs that")
    }

    @Test func `bytes that are not text`() throws {
        let fixture = try ProjectFixture("")
        try Data([UInt8(ascii: "a"), 10, 0xff, 10]).write(to: URL(fileURLWithPath: fixture.folder("weir.yaml")))
        #expect(fixture.errors() == "weir.yaml:2:1: this line is not UTF-8 text")
    }

    @Test func `an alias bomb costs nothing`() throws {
        var yaml = "a0: &a0 [ x ]\n"
        for level in 1...30 { yaml += "a\(level): &a\(level) [ *a\(level - 1), *a\(level - 1) ]\n" }
        yaml += "? *a30\n: x\n"
        #expect(
            try ProjectFixture(yaml).errors()
                == "weir.yaml:2:11: this is not YAML: aliases (*name) are not supported: write the value out")
    }

    // MARK: Keys and values

    @Test(arguments: [
        Case("lake: a\n", "weir.yaml:1:1: the project needs 'name': a name like shop"),
        Case("name: a\nstream: {}\n", "weir.yaml:2:1: unknown key 'stream' in the project; did you mean 'streams'?"),
        Case(
            "name: a\nbackfill: { zebra: 1 }\n",
            "weir.yaml:2:13: unknown key 'zebra' in backfill; expected one of: parallel, attempts"),
        Case(
            "name: a\nstreams: x\n",
            "weir.yaml:2:10: streams of the project: expected a mapping of names to definitions, found 'x'"),
        Case(
            "name: a\nstreams: { \"a b\": {} }\n",
            "weir.yaml:2:12: 'a b' can't name a stream: a name is a letter, then letters, digits, _ and -"),
        Case(
            "name: a\ntimezone: Asia/Tokio\n",
            "weir.yaml:2:11: timezone: expected a zone like Asia/Tokyo, found 'Asia/Tokio'; did you mean 'Asia/Tokyo'?"),
        Case(
            "name: a\nlake: s3://bucket/prefix\n",
            "weir.yaml:2:7: not supported yet: a lake at 's3://bucket/prefix'; use a folder like ./lake"),
        Case("name: a\nlake: .\n", "weir.yaml:2:7: the lake needs a folder of its own, like ./lake"),
        Case("name: a\nlake: .weir/lake\n", "weir.yaml:2:7: the lake needs a folder of its own, like ./lake"),
        Case(
            "name: a\nlake: ${LAKE}\n",
            "weir.yaml:2:7: lake: '${LAKE}' is not set in the environment: export LAKE=… first"),
        Case(
            "name: a\nengine: { kind: spark, url: x }\n",
            "weir.yaml:2:17: not supported yet: kind: spark in engine; leave it out to use DuckDB\nweir.yaml:2:24: not supported yet: url in engine; statements run in DuckDB, in Weir's own workers"
        ),
        Case(
            "name: a\nengine: { slots: 0 }\n",
            "weir.yaml:2:18: slots of engine: expected a whole number between 1 and 64, found '0'"),
        Case(
            "name: a\nengine: { memory: 4 }\n",
            "weir.yaml:2:19: memory of engine: expected a size like 4GB, at least 64MB, found '4'"),
        Case(
            "name: a\nengine: { port: 70000 }\n",
            "weir.yaml:2:17: port of engine: expected a whole number between 0 and 65535, found '70000'"),
        Case(
            "name: a\nbackfill: { parallel: }\n",
            "weir.yaml:2:23: parallel of backfill: expected a whole number between 1 and 64, found nothing"),
        Case(
            "name: a\nalerts: { s: { on: [ step.fialed ], webhook: \"${X}\" } }\n",
            "weir.yaml:2:22: on of channel s: no alert is of kind 'step.fialed'; did you mean 'step.failed'?\nweir.yaml:2:37: not supported yet: webhook in channel s; use run: with a program that posts, as [ curl, … ]"
        ),
        Case(
            "name: a\nalerts: { s: { on: [ \"*\" ] } }\n",
            "weir.yaml:2:14: channel s needs 'run': a program and its arguments, like [ ./alert.sh ]"),
    ])
    func `a wrong setting says what was expected`(given: Case) throws {
        let errors = try ProjectFixture(given.yaml).errors()
        #expect(errors == given.errors)
    }

    @Test(arguments: [
        Case(
            "{}",
            "weir.yaml:3:6: stream s needs 'format': json, combined or csv\nweir.yaml:3:6: stream s needs 'into': the table that records become, like raw.s"
        ),
        Case(
            "{ into: raw.a.b, format: json }",
            "weir.yaml:3:14: into of stream s: expected a table name like raw.access_log, found 'raw.a.b'"),
        Case(
            "{ into: raw.a, format: jsom }",
            "weir.yaml:3:29: format of stream s: expected json or combined or csv, found 'jsom'; did you mean 'json'?"),
        Case(
            "{ into: raw.a, format: regex }",
            "weir.yaml:3:29: not supported yet: format: regex in stream s; convert to JSON lines"),
        Case(
            "{ into: raw.a, format: csv }",
            "weir.yaml:3:6: stream s needs 'columns': the columns of each line in their order, like [ ts, user, zip: text ]"
        ),
        Case(
            "{ into: raw.a, format: csv, columns: ts }",
            "weir.yaml:3:43: columns of stream s: expected a list like [ ts, user, zip: text ], found 'ts'"),
        Case(
            "{ into: raw.a, format: csv, columns: [ a, A, 1x ] }",
            "weir.yaml:3:48: columns of stream s: 'A' is there twice\nweir.yaml:3:51: columns of stream s: expected a column's name, found '1x'"
        ),
        Case(
            "{ into: raw.a, format: csv, columns: [ a: number ] }",
            "weir.yaml:3:48: type of column a of stream s: expected bool, int, real, text, timestamp, found 'number'"),
        Case(
            "{ into: raw.a, format: csv, columns: [ a ], delimiter: \"||\" }",
            "weir.yaml:3:61: delimiter of stream s: expected one character like \";\" or \"\\t\", found '||'"),
        Case(
            "{ into: raw.a, format: csv, columns: [ ts, user ], time: tz, dedupe: usr }",
            "weir.yaml:3:63: time of stream s: 'tz' is none of its columns; did you mean 'ts'?\nweir.yaml:3:75: dedupe of stream s: 'usr' is none of its columns; did you mean 'user'?"
        ),
        Case(
            "{ into: raw.a, format: json, columns: [ a ] }",
            "weir.yaml:3:35: columns of stream s: only format: csv has it; leave it out"),
        Case(
            "{ into: raw.a, format: json, tail: x }",
            "weir.yaml:3:41: tail of stream s: expected a list like [ logs/*.log ], found 'x'"),
        Case(
            "{ into: raw.a, format: json, tail: { paths: [ x ], start: ende } }",
            "weir.yaml:3:64: start of tail of stream s: expected beginning or end, found 'ende'; did you mean 'end'?"),
        Case(
            "{ into: raw.a, format: json, tail: { start: end } }",
            "weir.yaml:3:41: tail of stream s needs 'paths': the files to read, like [ logs/*.log ]"),
        Case(
            "{ into: raw.a, format: json, tail: [ ../x.log ] }",
            "weir.yaml:3:43: tail of stream s: expected a file like /var/log/nginx/access.log or logs/*.log, without .. "
                + "and **, found '../x.log'"),
        Case(
            "{ into: raw.a, format: json, tail: [ x.log.1.gz ] }",
            "weir.yaml:3:43: tail of stream s: 'x.log.1.gz' will not grow: name the log itself, whose rotated .gz is "
                + "found, or send it with zcat and weir ingest"),
        Case(
            "{ into: raw.a, format: combined, time: ts }",
            "weir.yaml:3:39: time of stream s: a combined log has its time in each line; leave it out"),
        Case(
            "{ into: raw.a, format: json, http: yes }",
            "weir.yaml:3:41: http of stream s: expected true or false, found 'yes'"),
        Case(
            "{ into: raw.a, format: json, buffer: { size: 1GB } }",
            "weir.yaml:3:51: size of buffer of stream s: expected a size like 64MB, between 1MB and 128MiB, found '1GB'"
        ),
        Case(
            "{ into: raw.a, format: json, buffer: { interval: 1h } }",
            "weir.yaml:3:55: interval of buffer of stream s: expected a time like 60s, between 0s and 15m, found '1h'"),
        Case(
            "{ into: raw.a, format: json, partition: day }",
            "weir.yaml:3:46: partition of stream s: expected dt or dt/hour, found 'day'"),
    ])
    func `a wrong stream`(given: Case) throws {
        let errors = try ProjectFixture("name: a\nstreams:\n  s: \(given.yaml)\n").errors()
        #expect(errors == given.errors)
    }

    @Test(arguments: [
        Case(
            "{ from: \"sqlite:a.db\", into: raw, tables: {} }",
            "weir.yaml:3:48: tables of extract e: name at least one, like { companies: {} }"),
        Case(
            "{ from: \"sqlite:a.db\", into: raw, tables: { t: { bookmark: id } } }",
            "weir.yaml:3:55: not supported yet: bookmark in table t of extract e; leave it out to copy the whole table"),
        Case(
            "{ from: \"sqlite:a.db\", into: raw, tables: { t: { x: id } } }",
            "weir.yaml:3:55: unknown key 'x' in table t of extract e; it takes none"),
        Case(
            "{ from: \"sqlite:a.db\", into: raw, tables: { t-u: {} } }",
            "weir.yaml:3:50: 't-u' can't name a table of the lake"),
        Case(
            "{ from: app.db, into: raw, tables: { t: {} } }",
            "weir.yaml:3:14: from of extract e: 'app.db:…' is not an address like sqlite:app.db"),
        Case(
            "{ from: ${URL}, into: raw, tables: { t: {} } }",
            "weir.yaml:3:15: inside { } or [ ] a reference must be quoted: \"${NAME}\""),
        Case(
            "{ from: \"${URL}\", into: raw, tables: { t: {} } }",
            "weir.yaml:3:14: from of extract e: '${URL}' is not set in the environment: export URL=… first"),
        Case(
            "{ from: \"${URL\", into: raw, tables: { t: {} } }",
            "weir.yaml:3:14: from of extract e: '${' is not closed: write ${NAME}"),
        Case(
            "{ from: \"postgres://u:hunter2@h/d\", into: raw, tables: { t: {} } }",
            "weir.yaml:3:14: from of extract e: 'postgres:…' is not supported yet: only databases like sqlite:app.db are"
        ),
        Case(
            "{ from: \"sqlite:a.db\", into: raw, tables: { t: {} }, schedule: \"30 3 * * *\" }",
            "weir.yaml:3:59: not supported yet: schedule in extract e; run weir extract e, or an extract step"),
    ])
    func `a wrong extract`(given: Case) throws {
        let errors = try ProjectFixture("name: a\nextracts:\n  e: \(given.yaml)\n").errors()
        #expect(errors == given.errors)
    }

    @Test func `no error shows a secret`() throws {
        let fixture = try ProjectFixture(
            """
            name: a
            extracts:
              e: { from: "${URL}", into: raw, tables: { t: {} } }
              f: { from: "postgres://u:${PASSWORD}@h/d", into: raw, tables: { t: {} } }
            """)
        let errors = fixture.errors(["URL": "oracle://canary@h", "PASSWORD": "canary"])
        #expect(!errors.contains("canary"))
        #expect(
            errors == """
                weir.yaml:3:14: from of extract e: '${URL}' is not an address like sqlite:app.db
                weir.yaml:4:14: from of extract f: 'postgres:…' is not supported yet: only databases like sqlite:app.db are
                """)
    }

    @Test(arguments: [
        Case("{}", "weir.yaml:3:6: crawler c needs 'paths': schemas or tables of the lake, like [ raw ]"),
        Case(
            "{ paths: [ raw ], on: [ deliver ] }",
            "weir.yaml:3:30: on of crawler c: expected delivery or extract, found 'deliver'; did you mean 'delivery'?"),
        Case(
            "{ paths: [ a/b ] }",
            "weir.yaml:3:17: paths of crawler c: expected a schema like raw or a table like raw.access_log, found 'a/b'"
        ),
        Case("{ paths: raw }", "weir.yaml:3:15: paths of crawler c: expected a list like [ raw ], found 'raw'"),
        Case(
            "{ paths: [ raw ], schema-change: fail }",
            "weir.yaml:3:39: not supported yet: schema-change: fail in crawler c; changes of schema are taken up"),
        Case(
            "{ paths: [ raw ], schedule: x }",
            "weir.yaml:3:24: not supported yet: schedule in crawler c; use on: [ delivery, extract ], or weir crawl c"),
    ])
    func `a wrong crawler`(given: Case) throws {
        let errors = try ProjectFixture("name: a\ncrawlers:\n  c: \(given.yaml)\n").errors()
        #expect(errors == given.errors)
    }

    @Test func `every mistake is told at once, in the file's order`() throws {
        let fixture = try ProjectFixture(
            """
            name: a b
            streems: {}
            workflows:
              w:
                steps:
                  s: { qery: sql/a.sql, into: mart.a }
              v: {}
            """)
        #expect(
            fixture.errors() == """
                weir.yaml:1:7: name of the project: expected a name of letters, digits, _ and -, found 'a b'
                weir.yaml:2:1: unknown key 'streems' in the project; did you mean 'streams'?
                weir.yaml:6:10: step s of w does nothing: expected one of query, extract, crawl, load, run
                weir.yaml:6:12: unknown key 'qery' in step s of w; did you mean 'query'?
                weir.yaml:7:6: workflow v needs 'steps': a mapping of names to steps
                """)
    }

    @Test func `any beginning of a project, and any project with a byte too few, is read or refused`() throws {
        let fixture = try ProjectFixture.around(
            "      b: { run: [ x ], retry: [ { errors: [ Weir.ALL ], jitter: full } ] }")
        let whole = Array(try fixture.folder.read("weir.yaml").utf8)
        var refused = 0
        for index in whole.indices {
            var without = whole
            without.remove(at: index)
            for bytes in [Array(whole[..<index]), without] {
                try Data(bytes).write(to: URL(fileURLWithPath: fixture.folder("weir.yaml")))
                do {
                    _ = try fixture.load()
                } catch let errors as ProjectErrors {
                    refused += 1
                    #expect(!errors.errors.isEmpty)
                }
            }
        }
        #expect(refused > whole.count)
    }
}
