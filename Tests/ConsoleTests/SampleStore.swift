import Console
import Flow
import Foundation
import Lake
import Store

extension Sample {
    /// A store as an engine would have left it, with a failed run in it. Its moments end now.
    static func writeHistory(to path: String) async throws {
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        let store = try Store.openForWriting(path)
        let shift = Int64(Date().timeIntervalSince1970 * 1000) - now
        let runs = [failedRun, finishedRun(911, "2026-11-17", ago: 3_600_000)]
        let definition = WorkflowDefinition(
            name: "engagement_daily", trigger: nil, each: .day, settle: .zero, parameters: [], deadline: nil,
            steps: failedRun.steps.map {
                StepDefinition(
                    name: $0.name, work: .run([]), needs: $0.needs, timeout: nil, retry: [], catches: [],
                    onlyByCatch: false, when: nil)
            })
        let body = String(decoding: try JSONEncoder().encode(definition), as: UTF8.self)
        let names = #"{"project":"tunag","workflows":["engagement_daily"],"streams":["access_log"]}"#
        try await store.write { writing in
            try writing.execute("INSERT INTO meta (key, value) VALUES ('names', ?)", [.text(names)])
            try writing.execute("INSERT INTO definitions (hash, body) VALUES ('d', ?)", [.text(body)])
            for run in runs { try write(run, shift, writing) }
            for attempt in failedDetail.attempts {
                try writing.execute(
                    "INSERT INTO attempts (run, step, number, epoch, state, started_at, finished_at, error, message, log) "
                        + "VALUES (912, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
                    [
                        .text(attempt.step), Value(attempt.number), .text(attempt.state.rawValue),
                        .integer(attempt.startedAt + shift), Value(attempt.finishedAt.map { $0 + shift }),
                        Value(attempt.error), Value(attempt.message), .text(attempt.log),
                    ])
            }
            try writing.execute(
                "INSERT INTO alerts (kind, subject, step, interval, state, message, run, opened_at, changed_at) VALUES "
                    + "('step.failed', 'engagement_daily', 'engagement', '2026-11-18', 'open', 'Check.Failed', 912, ?, ?)",
                [.integer(now + shift), .integer(now + shift)])
        }
        try store.close()
    }

    private static func write(_ run: RunSummary, _ shift: Int64, _ writing: Writing) throws {
        try writing.execute(
            "INSERT INTO runs (id, workflow, interval, parameters, definition, state, reason, priority, created_at, "
                + "started_at, finished_at, failed_step, error, message) VALUES (?, ?, ?, '{}', 'd', ?, ?, 0, ?, ?, ?, ?, ?, ?)",
            [
                .integer(run.id), .text(run.workflow), Value(run.interval?.description), .text(run.state.rawValue),
                .text(run.reason), .integer(run.createdAt + shift), Value(run.startedAt.map { $0 + shift }),
                Value(run.finishedAt.map { $0 + shift }), Value(run.failedStep), Value(run.error), Value(run.message),
            ])
        for (position, step) in run.steps.enumerated() {
            try writing.execute(
                "INSERT INTO steps (run, name, position, kind, state, attempts, started_at, finished_at, error, message, "
                    + "rows, bytes_scanned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(run.id), .text(step.name), Value(position), .text(step.kind), .text(step.state.rawValue),
                    Value(step.attempts), Value(step.startedAt.map { $0 + shift }),
                    Value(step.finishedAt.map { $0 + shift }), Value(step.error), Value(step.message), Value(step.rows),
                    Value(step.bytesScanned),
                ])
        }
    }
}
