import Testing

@testable import Lake

/// A request's body as JSON lines.
@Suite struct JSONBodyTests {
    private func lines(_ body: String) throws -> [String] {
        String(decoding: try JSONBody.lines(Array(body.utf8)), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `one object is one line, however it is laid out`() throws {
        #expect(try lines("  {\n\"a\": 1,\r\n \"b\": [\n2\n]}\n\n") == [#"{ "a": 1,   "b": [ 2 ]}  "#])
        #expect(try lines(#"{"a":1}"#) == [#"{"a":1}"#])
    }

    @Test func `an array is a line for each element, and nothing of an element changes but line breaks`() throws {
        #expect(
            try lines("[{\"a\":1},\n {\"b\":\n[1,\"x,]}\\\"\"]} , 3]\n") == [
                #"{"a":1}"#, #"  {"b": [1,"x,]}\""]} "#, " 3",
            ])
        #expect(try lines(" [ ] ").filter { !$0.allSatisfy(\.isWhitespace) } == [])
    }

    @Test func `JSON lines, and what is no JSON at all, stay as they are`() throws {
        for body in ["{\"a\":1}\n{\"a\":2}\n", "{\"a\":\n{\"b\":2}\n", "nonsense\n{}", "\u{FEFF}[1]", ""] {
            #expect(try JSONBody.lines(Array(body.utf8)) == Array(body.utf8))
        }
    }

    @Test func `an array that has no end, or something after it, is refused whole`() throws {
        for body in ["[", "[{\"a\":1},{\"a\":2}", "[\"]", "[{\"a\":\"]\"}"] {
            let refusal = #expect(throws: IngestRefusal.self) { try lines(body) }
            #expect(refusal?.status == 400)
            #expect(refusal?.message == "the body is a JSON array without an end: nothing of it was taken")
        }
        let refusal = #expect(throws: IngestRefusal.self) { try lines("[1] [2]") }
        #expect(refusal?.message == "the body goes on after the end of its JSON array: nothing of it was taken")
    }
}
