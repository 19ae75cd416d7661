import Foundation

/// Tells the story of a demo: a line for each thing that happened, with the seconds since the beginning.
final class Narrator: Sendable {
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let output: @Sendable (String) -> Void

    /// Lines go to standard output, or to whoever else takes them.
    init(output: @escaping @Sendable (String) -> Void = Narrator.standardOutput) {
        start = clock.now
        self.output = output
    }

    /// When nobody reads standard output any more, the story goes on untold.
    static let standardOutput: @Sendable (String) -> Void = { line in
        try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    }

    var seconds: Double { Double((clock.now - start) / .milliseconds(1)) / 1000 }

    /// `  12.3 s  retry      run 17 succeeded`
    func say(_ what: String, _ text: String) {
        let time = String(format: "%6.1f s", seconds)
        write("\(time)  \(what.padding(toLength: 11, withPad: " ", startingAt: 0)) \(text)")
    }

    /// A further line of the thing just told.
    func more(_ text: String) { write(String(repeating: " ", count: 22) + text) }

    func write(_ line: String) { output(line) }
}
