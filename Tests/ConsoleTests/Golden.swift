import Foundation
import Terminal
import Testing

/// Compares a picture with the file that is named after its test. `WEIR_RECORD=1` writes the files anew: look at
/// what changed before it is committed.
func expectGolden(_ grid: Grid, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    let file = folder.appendingPathComponent(name + ".txt")
    let drawn = grid.text + "\n"
    if ProcessInfo.processInfo.environment["WEIR_RECORD"] == "1" {
        try Data(drawn.utf8).write(to: file)
        return
    }
    let kept = try String(decoding: Data(contentsOf: file), as: UTF8.self)
    guard kept != drawn else { return }
    let pairs = zip(
        kept.split(separator: "\n", omittingEmptySubsequences: false),
        drawn.split(separator: "\n", omittingEmptySubsequences: false))
    let differences = pairs.enumerated().filter { $0.element.0 != $0.element.1 }.prefix(8)
        .map { "line \($0.offset + 1)\n  kept  \($0.element.0)\n  drawn \($0.element.1)" }.joined(separator: "\n")
    Issue.record("the picture differs from Golden/\(name).txt\n\(differences)", sourceLocation: sourceLocation)
}
