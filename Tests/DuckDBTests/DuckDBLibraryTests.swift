import Testing

@testable import DuckDB

struct DuckDBLibraryTests {
    @Test func `without a library the error says where it was looked for and what to do`() {
        let places = DuckDBLibrary.candidates(environment: ["HOME": "/home/a", "XDG_DATA_HOME": ""])
        #expect(places.first == "/home/a/.local/share/weir/duckdb-1.5.5/libduckdb.so")
        let text = DuckDBLibrary.absence(Array(places.prefix(2)), named: false)
        #expect(
            text == """
                no DuckDB library in /home/a/.local/share/weir/duckdb-1.5.5/libduckdb.so, /usr/local/lib/libduckdb.so; \
                run .ci/setup, or set WEIR_DUCKDB to a libduckdb.so of version 1.5
                """)
    }

    @Test func `WEIR_DUCKDB names the only place that is looked at`() {
        let places = DuckDBLibrary.candidates(environment: ["WEIR_DUCKDB": "/opt/libduckdb.so", "HOME": "/home/a"])
        #expect(places == ["/opt/libduckdb.so"])
        #expect(
            DuckDBLibrary.absence(places, named: true)
                == "no DuckDB library at /opt/libduckdb.so, which WEIR_DUCKDB names")
    }

    @Test func `the library that is loaded says its version`() throws {
        #expect(try DuckDBLibrary.load().version.hasPrefix("v1.5"))
    }
}
