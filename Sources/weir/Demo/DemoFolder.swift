import Foundation
import Glibc
import Lake

/// The folder of a demo: what lies where.
struct DemoFolder {
    /// Absolute.
    let path: String

    init(_ path: String) { self.path = URL(fileURLWithPath: path).standardizedFileURL.path }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    var appDatabase: String { self("app.db") }
    var analyticsDatabase: String { self("analytics.db") }
    var projectFile: String { self("weir.yaml") }
    /// Where the product that `notify.sh` tells can be reached, while `weir demo` runs.
    var productAddress: String { self("product.address") }
    /// What the product was told, a line each.
    var productLog: String { self("product.log") }
    /// How many bytes of today's log the product has sent and had acknowledged.
    var sentOfToday: Int { (try? text("live/sent")).flatMap { Int($0) } ?? 0 }
    func write(sentOfToday bytes: Int) throws { try write(Data("\(bytes)".utf8), to: "live/sent") }

    func log(_ day: Int) -> String { self("logs/\(Interval(day: day).date).jsonl") }
    func liveLog(_ plan: DemoPlan) -> String { self("live/\(Interval(day: plan.today).date).jsonl") }

    /// The logs of the past, in order.
    func pastLogs(_ plan: DemoPlan) -> [String] { (plan.firstDay..<plan.today).map(log) }

    var isDemo: Bool { access(self("demo.json"), F_OK) == 0 }
    var hasKPI: Bool { (try? text("weir.yaml"))?.contains("\n  kpi_daily:") ?? false }

    /// The plan that the demo was made from. Throws `DemoError.notADemo`.
    func plan() throws -> DemoPlan {
        guard let data = FileManager.default.contents(atPath: self("demo.json")),
            let plan = try? JSONDecoder().decode(DemoPlan.self, from: data)
        else { throw DemoError.notADemo(directory: path) }
        return plan
    }

    func write(_ plan: DemoPlan) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try write(try encoder.encode(plan), to: "demo.json")
    }

    func text(_ name: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: self(name)) else {
            throw DemoError.file(self(name), "read", errno)
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Writes a file, with the folders that its name needs.
    func write(_ data: Data, to name: String) throws {
        try FileManager.default.createDirectory(
            atPath: (self(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: self(name)), options: .atomic)
    }

    /// Everything that a demo puts into its folder.
    private static let contents = [
        "demo.json", "weir.yaml", "notify.sh", "sql", "logs", "live", "lake", ".weir", "app.db", "analytics.db",
        "product.address", "product.log", "demo.log", ".gitignore",
    ]

    /// Removes an earlier demo, and nothing else that may lie in the folder. Throws `DemoError`.
    func clear() throws {
        for name in Self.contents where access(self(name), F_OK) == 0 {
            try FileManager.default.removeItem(atPath: self(name))
        }
    }

    /// Throws `DemoError` when the folder holds something that is not a demo's.
    func refuseUnlessEmpty() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard names.isEmpty else { throw DemoError.occupied(directory: path, name: names.sorted()[0]) }
    }
}
