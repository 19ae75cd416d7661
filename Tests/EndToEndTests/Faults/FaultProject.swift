import Foundation
import TestSupport

/// A project with one line from records to a served table: a stream, a crawler, a workflow of one aggregate and its
/// load into SQLite.
enum FaultProject {
    static func make(lake: String = "./lake", port: Int = 0, steps: String? = nil) throws
        -> TemporaryDirectory
    {
        let folder = TemporaryDirectory()
        try write(to: folder, lake: lake, port: port, steps: steps)
        return folder
    }

    static func write(
        to folder: TemporaryDirectory, lake: String = "./lake", port: Int = 0, steps: String? = nil
    ) throws {
        try folder.write(
            """
            name: faults
            lake: \(lake)
            engine: { slots: 2, memory: 200MB, port: \(port) }
            streams:
              log:
                into: raw.log
                format: json
                time: ts
                dedupe: id
                buffer: { size: 8MB, interval: 1s }
            crawlers:
              lake: { paths: [ raw ], on: [ delivery ] }
            workflows:
              daily:
                on: { event: crawl.succeeded, table: raw.log }
                each: dt
                settle: 1s
                steps:
            \(steps ?? aggregateAndServe)
            """, to: "weir.yaml")
        try folder.write(
            "SELECT count(*) AS records, count(DISTINCT id) AS ids, sum(v)::BIGINT AS total FROM raw.log\n",
            to: "sql/daily.sql")
    }

    /// Whatever ends an attempt, it is tried again: what is under test is that nothing is lost or doubled by that.
    private static let aggregateAndServe = """
              aggregate:
                query: sql/daily.sql
                into: mart.daily
                retry: [ { errors: [ Weir.ALL ], interval: 200ms, attempts: 50, max-delay: 1s } ]
              serve:
                needs: [ aggregate ]
                load: mart.daily
                to: "sqlite:serving.db"
                table: daily
                mode: replace
                retry: [ { errors: [ Weir.ALL ], interval: 200ms, attempts: 50, max-delay: 1s } ]
        """
}

/// Records made from a seed: batches of JSON lines over three days, each record with an id of its own.
struct Batches: Sendable {
    let perBatch: Int
    static let days = ["2026-11-19", "2026-11-20", "2026-11-21"]

    struct Day: Hashable {
        var records = 0
        var total = 0
    }

    func lines(_ batch: Int) -> [UInt8] {
        var text = ""
        for number in (batch * perBatch)..<((batch + 1) * perBatch) {
            let moment = "\(Self.day(number))T\(Self.time(number))Z"
            text += #"{"id":"r\#(number)","ts":"\#(moment)","v":\#(Self.value(number))}"# + "\n"
        }
        return Array(text.utf8)
    }

    /// What each day must hold when the first `count` batches are delivered, each record once.
    func expected(_ count: Int) -> [String: Day] {
        var days: [String: Day] = [:]
        for number in 0..<(count * perBatch) {
            days[Self.day(number), default: Day()].records += 1
            days[Self.day(number), default: Day()].total += Self.value(number)
        }
        return days
    }

    private static func day(_ number: Int) -> String { days[number % days.count] }
    private static func value(_ number: Int) -> Int { number * 7919 % 1009 }
    private static func time(_ number: Int) -> String {
        let second = number * 31 % 86400
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }
}
