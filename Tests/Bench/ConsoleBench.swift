import Foundation

/// How the console feels beside a busy engine, which takes records, fills days and reads what their steps print: first
/// picture, keys, idling, bytes, memory. htop, btop and tig are measured in the same run, with the same meter, as what
/// people know.
struct ConsoleBench {
    private let recordsPerSecond = 50_000
    private let keys = 200
    private static let longList = 1_000_000

    /// What one program showed.
    struct Feel {
        var firstPicture: Double
        var latencies: [Double]
        var cursorBytes: Double
        var idleShare: Double
        var residentBytes: Double
        /// Of those, what is not pages of files that other processes share.
        var ownBytes: Double
    }

    func measure() async throws -> [Figure] {
        let engine = try BenchEngine(files: ["weir.yaml": Self.project])
        defer { engine.stop() }
        let weir = try BenchEngine.weir()
        let console = ["console", "--dir", engine.folder]
        let folder = engine.folder
        for day in 1...8 { try engine.weir("run", "quiet", "--param", "dt=2026-10-0\(day)") }
        try engine.weir("backfill", "chatter", "2026-10-01..2026-12-31", "--no-wait")
        let load = SteadyLoad(port: engine.port, recordsPerSecond: recordsPerSecond)
        let mine = try feel(weir, console, in: folder, first: Self.toWorkflows, down: "j", up: "k")
        try load.stop()
        try engine.weir("backfill", "cancel", "1")
        let unattended = try TerminalMeter(weir, console, directory: folder)
        unattended.settle(silence: 0.5)
        unattended.send("\u{1B}[O")
        let unattendedShare = unattended.processorShare(seconds: 20)
        // Beside a busy engine the news of 100 ms would be counted with the key's.
        let attended = try TerminalMeter(weir, console, directory: folder)
        attended.settle(silence: 0.5, atMost: 2)
        attended.send(Self.toWorkflows)
        let cursorBytes = bytesOfMoves(attended, down: "j", up: "k")
        let idle = attended.processorShare(seconds: 20)
        let list = try await LongList(runs: Self.longList, weir: weir)
        let peers = try peers(folder)
        func reference(_ path: KeyPath<Feel, Double>, _ factor: Double) -> Figure.Reference {
            compare(peers) { $0[keyPath: path] * factor }
        }
        func quantile(_ share: Double) -> Figure {
            Figure(
                name: "key to first byte, p\(Int(share * 100))", value: mine.latencies.quantile(share) * 1e3,
                unit: "ms",
                goal: .atMost(share == 0.5 ? 1 : share == 0.95 ? 5 : 16),
                reference: compare(peers) { $0.latencies.quantile(share) * 1e3 })
        }
        return [
            Figure(
                name: "first picture, settled", value: mine.firstPicture * 1e3, unit: "ms", goal: .atMost(30),
                reference: reference(\.firstPicture, 1e3)),
            quantile(0.5), quantile(0.95), quantile(0.99),
            Figure(
                name: "idle, engine idle", value: idle * 100, unit: "% of a core", goal: .atMost(0.3),
                reference: reference(\.idleShare, 100)),
            Figure(
                name: "idle, engine taking 50,000 records/s", value: mine.idleShare * 100, unit: "% of a core"),
            Figure(
                name: "idle, window without the keyboard", value: unattendedShare * 100, unit: "% of a core",
                goal: .atMost(0.05)),
            Figure(
                name: "bytes for a cursor move", value: cursorBytes, unit: "bytes", goal: .atMost(400),
                reference: reference(\.cursorBytes, 1)),
            Figure(
                name: "list of 1,000,000 runs, half a page, p95", value: list.scrolls.quantile(0.95) * 1e3, unit: "ms",
                goal: .atMost(5)),
            Figure(
                name: "list of 1,000,000 runs, filter's first result", value: list.firstResults.median * 1e3,
                unit: "ms", goal: .atMost(50)),
            Figure(
                name: "list of 1,000,000 runs, the only result is the oldest", value: list.oldestResults.median * 1e3,
                unit: "ms"),
            Figure(
                name: "memory, resident", value: mine.residentBytes / 1e6, unit: "MB", goal: .atMost(30),
                reference: reference(\.residentBytes, 1e-6)),
            Figure(
                name: "memory, its own (without the binary's pages)", value: mine.ownBytes / 1e6, unit: "MB",
                reference: reference(\.ownBytes, 1e-6)),
        ]
    }

    private func peers(_ folder: String) throws -> [(name: String, feel: Feel)] {
        // tig needs a repository to show.
        let repository = folder + "/repository"
        try shell(
            """
            mkdir -p '\(repository)' && cd '\(repository)' && git init -q && for i in $(seq 200); do \
            git -c user.name=b -c user.email=b@b commit -q --allow-empty -m "commit $i"; done
            """)
        return [
            ("htop", try feel("htop", [], in: folder, down: "\u{1B}OB", up: "\u{1B}OA")),
            ("btop", try feel("btop", [], in: folder, down: "\u{1B}[B", up: "\u{1B}[A")),
            ("tig", try feel("tig", [], in: repository, down: "j", up: "k")),
        ]
    }

    private func compare(_ peers: [(name: String, feel: Feel)], _ value: (Feel) -> Double) -> Figure.Reference {
        let others = peers.dropFirst().map { "\($0.name) \(String(format: "%.2f", value($0.feel)))" }
        return Figure.Reference(
            what: ([peers[0].name] + others).joined(separator: "; "), value: value(peers[0].feel))
    }

    private func feel(
        _ program: String, _ arguments: [String], in folder: String, first: String = "", down: String, up: String
    ) throws -> Feel {
        // What a busy engine tells comes every 100 ms: a much shorter silence ends the picture itself.
        let firsts = try (0..<9).map { _ in
            let meter = try TerminalMeter(program, arguments, directory: folder)
            guard let seconds = meter.firstPicture(silence: 0.04) else {
                throw BenchFailure("\(program) shows nothing")
            }
            return seconds
        }
        let meter = try TerminalMeter(program, arguments, directory: folder)
        meter.settle(silence: 0.5, atMost: 2)
        meter.send(first)
        meter.settle(silence: 0.08, atMost: 1)
        var latencies: [Double] = []
        for key in 0..<keys {
            if let latency = meter.latency(of: key % 6 < 3 ? down : up) { latencies.append(latency) }
        }
        guard latencies.count > keys / 2 else { throw BenchFailure("\(program) does not answer to its keys") }
        return Feel(
            firstPicture: firsts.median, latencies: latencies, cursorBytes: bytesOfMoves(meter, down: down, up: up),
            idleShare: meter.processorShare(seconds: 20), residentBytes: Double(meter.memory("VmRSS")),
            ownBytes: Double(meter.memory("RssAnon")))
    }

    /// The median of 20 moves.
    private func bytesOfMoves(_ meter: TerminalMeter, down: String, up: String) -> Double {
        (0..<20).map { Double(meter.bytes(of: $0 % 6 < 3 ? down : up)) }.median
    }

    private func shell(_ script: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchFailure("can't prepare: \(script)") }
    }

    private static let project = """
        name: bench
        engine: { port: 0 }
        streams:
          events:
            into: raw.events
            format: json
            time: ts
            buffer: { size: 64MB, interval: 10s }
        workflows:
          # Its runs are the rows that the keys move through.
          quiet:
            each: dt
            params: { dt: date }
            steps: { rest: { run: [ "true" ] } }
          chatter:
            each: dt
            params: { dt: date }
            steps:
              # Ten thousand lines a second, and two run at once.
              talk: { run: [ sh, -c, "for i in $(seq 100); do seq 1000; sleep 0.1; done" ] }
        """
    private static let toWorkflows = "3"
}
