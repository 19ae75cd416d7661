import Console
import Flow
import Lake

/// The table at the end of a story: what happened, in figures.
struct Summary {
    let weir: WeirProgram
    let watch: Watch
    let served: ServedCheck.Outcome

    func lines(seconds: Double) async throws -> [String] {
        let status = try await watch.status()
        let runs = try await watch.runs()
        let tables = try await weir.json([TableSummary].self, ["catalog"])
        let steps = runs.flatMap(\.steps)
        let retries = steps.map { max(0, $0.attempts - 1) }.reduce(0, +)
        let scanned = steps.compactMap(\.bytesScanned).reduce(0, +)
        let states = RunState.allCases.compactMap { state -> String? in
            let count = runs.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.rawValue)"
        }
        let records = status.streams.map { stream in
            "\(count(stream.received)) received = \(count(stream.delivered)) delivered + \(count(stream.rejected)) "
                + "rejected + \(count(stream.duplicates)) duplicates + \(count(stream.buffered)) buffered"
        }
        let rows: [(String, String)] =
            records.map { ("records", $0) } + [
                (
                    "lake",
                    "\(Figures.exact(tables.map(\.partitions).reduce(0, +))) partitions of \(tables.count) tables, "
                        + Figures.bytes(tables.map(\.bytes).reduce(0, +))
                ),
                ("runs", "\(runs.count): " + states.joined(separator: ", ")),
                ("steps", "\(Figures.exact(steps.count)), with \(Figure.several(retries, "retry", "retries"))"),
                ("scanned", Figures.bytes(scanned)),
                ("served", "\(Figures.exact(served.rows)) rows in \(served.tables.count) tables of analytics.db"),
                ("time", "\((seconds * 10).rounded() / 10) s"),
            ]
        return rows.map { name, text in
            "  " + name + String(repeating: " ", count: 10 - name.count) + text
        }
    }

    private func count(_ number: Int64) -> String { Figures.exact(number) }
}
