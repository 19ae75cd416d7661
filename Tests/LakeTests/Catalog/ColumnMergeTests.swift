import Testing

@testable import Lake

@Suite struct ColumnMergeTests {
    @Test(arguments: [
        ("BIGINT", "BIGINT", "BIGINT"), ("INTEGER", "BIGINT", "BIGINT"), ("BIGINT", "DOUBLE", "DOUBLE"),
        ("UINTEGER", "INTEGER", "BIGINT"), ("UTINYINT", "USMALLINT", "USMALLINT"), ("UBIGINT", "BIGINT", "HUGEINT"),
        ("DECIMAL(10,2)", "DECIMAL(12,4)", "DECIMAL(12,4)"), ("DECIMAL(10,2)", "INTEGER", "DECIMAL(12,2)"),
        ("DECIMAL(38,0)", "DECIMAL(38,10)", "DOUBLE"), ("DECIMAL(10,2)", "FLOAT", "DOUBLE"),
        ("DATE", "TIMESTAMP", "TIMESTAMP"), ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
        ("BOOLEAN", "BIGINT", "VARCHAR"), ("DATE", "BIGINT", "VARCHAR"), ("VARCHAR", "DOUBLE", "VARCHAR"),
        ("STRUCT(a BIGINT)", "STRUCT(b BIGINT)", "VARCHAR"),
    ])
    func `two types widen to one that holds both, in either order`(one: String, other: String, both: String) {
        #expect(ColumnMerge.widen(one, other) == both)
        #expect(ColumnMerge.widen(other, one) == both)
    }

    @Test func `known columns keep their place and spelling, new ones follow`() {
        let known = [Column(name: "Id", type: "INTEGER"), Column(name: "name", type: "VARCHAR")]
        let brought = [Column(name: "extra", type: "DATE"), Column(name: "id", type: "BIGINT")]
        #expect(
            ColumnMerge.merge(known, brought) == [
                Column(name: "Id", type: "BIGINT"), Column(name: "name", type: "VARCHAR"),
                Column(name: "extra", type: "DATE"),
            ])
    }
}
