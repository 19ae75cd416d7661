import DuckDB
import Foundation
import TestSupport
import Testing

@testable import Lake

@Suite struct ParquetFooterTests {
    let home = TemporaryDirectory()

    private func write(_ select: String, _ options: String = "", to name: String = "file.parquet") throws -> Session {
        let session = try Session(.init(threads: 1, memory: nil, temporaryDirectory: nil))
        try session.execute("COPY (\(select)) TO '\(home(name))' (FORMAT parquet\(options))")
        return session
    }

    @Test func `rows, row groups and size are those that DuckDB wrote`() throws {
        _ = try write("SELECT range AS n FROM range(300000)")
        let footer = try ParquetFooter.read(home("file.parquet"))
        #expect(footer.rows == 300_000)
        #expect(footer.rowGroups == 3)
        let size = try FileManager.default.attributesOfItem(atPath: home("file.parquet"))[.size] as? Int64
        #expect(footer.size == size)
    }

    @Test(arguments: ["", ", PARQUET_VERSION V2"])
    func `every column has the name and type that DuckDB reads`(options: String) throws {
        let session = try write(
            """
            SELECT 1::TINYINT AS a, 2::SMALLINT AS b, 3 AS c, 4::BIGINT AS d, 5::HUGEINT AS e, 6::UTINYINT AS f,
                7::USMALLINT AS g, 8::UINTEGER AS h, 9::UBIGINT AS i, 1.5::FLOAT AS j, 2.5::DOUBLE AS k,
                1.25::DECIMAL(4,2) AS l, 1.25::DECIMAL(12,3) AS m, 1.25::DECIMAL(30,10) AS n, true AS o, 'x' AS p,
                'x'::BLOB AS q, DATE '2026-11-21' AS r, TIME '01:02:03' AS s, TIMESTAMP '2026-11-21 01:02:03' AS t,
                TIMESTAMPTZ '2026-11-21 01:02:03+09' AS u, TIMESTAMP_NS '2026-11-21 01:02:03' AS v,
                TIMESTAMP_MS '2026-11-21 01:02:03' AS w, uuid() AS x, INTERVAL 3 DAY AS y,
                'a'::ENUM('a', 'b') AS z, '{"a":1}'::JSON AS aa, [1, 2] AS ab, ['x'] AS ac,
                {'a': 1, 'b c': 'x'} AS ad, MAP {'k': 1.5::DOUBLE} AS ae, [{'a': [1]}] AS af, 'x' AS "Mixed Name",
                TIME '01:02:03'::TIMETZ AS ag, TIMESTAMP_S '2026-11-21 01:02:03' AS ah
            """, options)
        let footer = try ParquetFooter.read(home("file.parquet"))
        let described = try session.rows("DESCRIBE SELECT * FROM '\(home("file.parquet"))'").rows
        let expected = described.map { row in
            Column(name: row[0] ?? "", type: (row[1] ?? "").replacing("\"", with: ""))
        }
        #expect(footer.columns.map { Column(name: $0.name, type: $0.type.replacing("\"", with: "")) } == expected)
    }

    @Test func `a wide table in many row groups has a footer longer than one read`() throws {
        let columns = (0..<500).map { "range + \($0) AS column_number_\($0)" }.joined(separator: ", ")
        _ = try write("SELECT \(columns) FROM range(10000)", ", ROW_GROUP_SIZE 2048")
        let footer = try ParquetFooter.read(home("file.parquet"))
        #expect(footer.columns.count == 500)
        #expect(footer.rows == 10000)
    }

    @Test func `an empty result is a complete file`() throws {
        _ = try write("SELECT 1 AS a WHERE false")
        let footer = try ParquetFooter.read(home("file.parquet"))
        #expect(footer.rows == 0)
        #expect(footer.columns == [Column(name: "a", type: "INTEGER")])
    }

    @Test func `what is no Parquet file is told apart by what is wrong with it`() throws {
        try home.write("", to: "empty")
        try home.write("PAR1", to: "short")
        try home.write("id,name\n1,one\n2,two\n", to: "csv")
        try home.write("PAR1" + String(repeating: "x", count: 100), to: "cut")
        try home.write("PAR1" + String(repeating: "\u{1}", count: 100) + "PAR1", to: "long")
        for (name, finding) in [
            ("empty", "it is empty"), ("short", "it has only 4 bytes"), ("csv", "it does not begin with PAR1"),
            ("cut", "its end is missing: was its writing cut off?"),
            ("long", "its metadata can't be 16843009 bytes of 108"),
        ] {
            let error = #expect(throws: LakeError.self) { try ParquetFooter.read(home(name)) }
            #expect(error == .notParquet(path: home(name), finding: finding))
        }
        let absent = #expect(throws: LakeError.self) { try ParquetFooter.read(home("absent")) }
        #expect(absent?.description == "can't open \(home("absent")): No such file or directory")
    }

    @Test func `a file cut at any byte is refused, and a flipped byte never stops the program`() throws {
        _ = try write("SELECT range AS n, [range] AS l, {'a': range} AS s FROM range(10)")
        let whole = Array(try Data(contentsOf: URL(fileURLWithPath: home("file.parquet"))))
        let trial = URL(fileURLWithPath: home("trial"))
        for count in 0..<whole.count {
            try Data(whole.prefix(count)).write(to: trial)
            #expect(throws: LakeError.self) { try ParquetFooter.read(trial.path) }
        }
        for index in whole.indices {
            for flip in [UInt8(0x01), 0x80, 0xff] {
                var damaged = whole
                damaged[index] ^= flip
                try Data(damaged).write(to: trial)
                do { _ = try ParquetFooter.read(trial.path) } catch is LakeError {}
            }
        }
    }

    @Test func `data missing from the middle is noticed`() throws {
        _ = try write("SELECT range AS n FROM range(100000)")
        let whole = Array(try Data(contentsOf: URL(fileURLWithPath: home("file.parquet"))))
        try Data(whole.prefix(1000) + whole.suffix(2000)).write(to: URL(fileURLWithPath: home("trial")))
        let error = #expect(throws: LakeError.self) { try ParquetFooter.read(home("trial")) }
        #expect(error?.description.contains("part of its data is missing") == true)
    }

    @Test func `a staged file is described by its own footer and digest`() throws {
        let session = try write("SELECT range AS n FROM range(100)")
        let file = try StagedFile.finishing(home("file.parquet"))
        #expect(file.rows == 100)
        #expect(file.columns == [Column(name: "n", type: "BIGINT")])
        #expect(file.content == (try session.value("SELECT sha256(content) FROM read_blob('\(home("file.parquet"))')")))
    }

    @Test func `the smallest file of these tests is one that DuckDB reads`() throws {
        _ = try PlainParquet([("n", [1, -2, 3]), ("m", [4, 5, 6])]).write(home("plain.parquet"))
        let session = try Session(.init(threads: 1, memory: nil, temporaryDirectory: nil))
        let rows = try session.rows("SELECT * FROM '\(home("plain.parquet"))'").rows
        #expect(rows == [["1", "4"], ["-2", "5"], ["3", "6"]])
    }
}
