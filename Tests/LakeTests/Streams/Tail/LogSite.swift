import Foundation
import Glibc
import TestSupport

@testable import Lake

/// Log files in a folder and what is tailed of them. Time passes when it is told to, and an engine's end leaves what was
/// stored.
final class LogSite {
    let folder = TemporaryDirectory()
    var settings: TailSettings
    private(set) var files = TailedFiles(TailRecord(), now: .now)
    private(set) var record = TailRecord()
    private let start = ContinuousClock.now
    private var passed = Duration.zero

    init(_ patterns: String..., start: TailSettings.Start = .beginning) {
        settings = TailSettings(patterns: [], start: start)
        settings.patterns = patterns.map { folder($0) }
    }

    private var moment: TailedFiles.Moment {
        TailedFiles.Moment(
            instant: .now + passed,
            wall: Int64(Date().timeIntervalSince1970 * 1000) + passed.components.seconds * 1000)
    }

    func pass(_ time: Duration) { passed += time }

    func append(_ text: String, to name: String) {
        let descriptor = open(folder(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        precondition(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    func move(_ from: String, _ to: String) { precondition(rename(folder(from), folder(to)) == 0) }
    func age(_ name: String, by seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: folder(name))
    }
    func remove(_ name: String) { precondition(unlink(folder(name)) == 0) }
    func cut(_ name: String) { precondition(truncate(folder(name), 0) == 0) }
    func compress(_ name: String) throws { try Gzip.compress(folder(name)) }
    func copy(_ from: String, _ to: String) throws {
        try FileManager.default.copyItem(atPath: folder(from), toPath: folder(to))
    }

    /// Looks and reads until there is nothing more; returns the lines. Longer ones are given by their length.
    func look() -> [String] {
        var lines: [String] = []
        repeat {
            files.survey(settings, moment)
            store()
            while let turn = files.turn(moment) {
                lines += turn.lines.split(separator: UInt8(ascii: "\n")).map {
                    $0.count > 100 ? "\($0.count) bytes" : String(decoding: $0, as: UTF8.self)
                }
                files.commit(turn)
                if turn.records > 0 { record.positions.merge(turn.positions) { _, later in later } }
            }
        } while files.needsSurvey
        store()
        return lines
    }

    /// What is read and then not stored.
    func lookInVain() -> Int {
        files.survey(settings, moment)
        guard let turn = files.turn(moment) else { return 0 }
        files.discard(turn)
        return turn.records
    }

    private func store() {
        for position in files.changes.positions + files.changes.finished {
            record.positions[position.source] = position
        }
        record.finished.formUnion(files.changes.finished.map(\.source))
        for source in files.changes.forgotten { record.positions[source] = nil }
        for pattern in files.changes.patterns { record.patterns[pattern] = moment.wall }
        files.changes = TailedFiles.Changes()
    }

    /// The engine is gone; the next one begins with what was stored, as `change` has it.
    func restart(_ change: (inout TailRecord) -> Void = { _ in }) {
        change(&record)
        files = TailedFiles(record, now: moment.instant)
    }
}
