import DuckDB
import Testing

struct SQLTextTests {
    @Test(arguments: [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1; -- see; it", "SELECT 1"),
        (
            "SELECT ';', \";\", $$;$$, $a$;$$;$a$ -- ;\n FROM t; SELECT 2",
            "SELECT ';', \";\", $$;$$, $a$;$$;$a$ -- ;\n FROM t"
        ),
        ("SELECT 'it''s;', e'\\';', x /* ; /* ; */ ; */ ;", "SELECT 'it''s;', e'\\';', x /* ; /* ; */ ; */ "),
        ("SELECT $a, a$b; x", "SELECT $a, a$b"),
        ("SELECT 'open;", "SELECT 'open;"),
        ("SELECT '\\';' ;", "SELECT '\\'"),
        ("", ""),
    ])
    func `a statement ends at the semicolon that is in no string, name or comment`(sql: String, statement: String) {
        #expect(SQLText.statement(sql) == statement)
    }

    @Test func `quotes inside text and names are doubled`() {
        #expect(SQLText.literal("it's") == "'it''s'")
        #expect(SQLText.identifier("a \"b\"") == "\"a \"\"b\"\"\"")
    }
}
