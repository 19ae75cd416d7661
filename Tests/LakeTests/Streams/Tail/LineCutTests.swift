import Testing

@testable import Lake

@Suite struct LineCutTests {
    private func cut(_ text: String, isSkipping: Bool = false, isFinal: Bool = false) -> LineCut {
        Array(text.utf8).withUnsafeBytes { LineCut($0, isSkipping: isSkipping, isFinal: isFinal) }
    }

    @Test func `whole lines are taken, a half one waits`() {
        let some = cut("a\nbc\nd")
        #expect(some.taken == 5)
        #expect(some.lines == 0..<5)
        #expect(!some.lacksNewline)
        #expect(cut("half").taken == 0)
        #expect(cut("").taken == 0)
    }

    @Test func `when nothing will come, a last half line is a line`() {
        let last = cut("half", isFinal: true)
        #expect(last.taken == 4)
        #expect(last.lines == 0..<4)
        #expect(last.lacksNewline)
        #expect(cut("", isFinal: true).taken == 0)
    }

    @Test func `of a line that is too long the beginning is taken, and the rest is passed over to its end`() {
        let window = String(repeating: "x", count: LineCut.windowBytes)
        let first = cut(window)
        #expect(first.taken == LineCut.windowBytes)
        #expect(first.lines == 0..<(LineCut.lineLimit + 1))
        #expect(first.lacksNewline)
        #expect(first.isSkipping)
        let middle = cut(window, isSkipping: true)
        #expect(middle.taken == LineCut.windowBytes)
        #expect(middle.lines.isEmpty)
        #expect(middle.isSkipping)
        let end = cut("xx\nnext\nha", isSkipping: true)
        #expect(end.taken == 8)
        #expect(end.lines == 3..<8)
        #expect(!end.isSkipping)
    }
}
