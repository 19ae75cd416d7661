import Console
import Flow
import Foundation

/// The demo in the console. It opens at once; data is made, the engine started and the past taken in while somebody
/// watches, with a list at the side of what to try. When it is closed, engine and product end too.
struct DemoConsole {
    let folder: DemoFolder
    let plan: DemoPlan

    /// Works until the console is closed. Throws what the story failed with.
    func run() async throws {
        let (news, speaking) = AsyncStream.makeStream(of: HostNews.self, bufferingPolicy: .bufferingNewest(16))
        let story = Story(
            folder: folder, plan: plan,
            narrator: Narrator { line in
                // What stands in columns at the shell is one line of words here.
                speaking.yield(.said(line.split(separator: " ").joined(separator: " ")))
            })
        let session = ConsoleSession(profile: profile, access: .socket(project: folder.path), news: news)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await story.tellBesideConsole()
                } catch is CancellationError {
                    // The console was closed.
                } catch {
                    speaking.yield(.failed("\(error)"))
                    throw error
                }
            }
            _ = try await session.run()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private var profile: Profile {
        Profile(
            project: "hiroba", directory: folder.path, timeZone: TimeZone(identifier: "Asia/Tokyo") ?? .gmt,
            readOnly: false, engine: .demonstration,
            hostActions: [
                HostAction(name: "mend", key: "m", title: "mend the bad department, extract it again", run: mend),
                HostAction(name: "kpi", key: "K", title: "add a KPI to weir.yaml, apply it", run: addKPI),
            ],
            checklist: [
                ChecklistItem(
                    title: "watch records come in and days being computed", hint: "tab goes from pane to pane",
                    milestone: .watched),
                ChecklistItem(title: "open the run that failed", hint: "2, enter", milestone: .openedFailedRun),
                ChecklistItem(
                    title: "mend the department in the product's database, and extract it again", hint: "m",
                    milestone: .hostAction("mend")),
                ChecklistItem(title: "retry the failed step", hint: "r", milestone: .retried),
                ChecklistItem(title: "add a KPI to weir.yaml", hint: "K", milestone: .hostAction("kpi")),
                ChecklistItem(
                    title: "compute it for every day", hint: "b, kpi_daily, ctrl-s", milestone: .backfilled),
            ], session: UUID().uuidString)
    }

    private func mend() async throws -> String {
        guard let mended = try AppDatabase.mend(in: folder.appDatabase) else {
            return "every department has its headcount: there is nothing to mend"
        }
        try await send(.extract("app"))
        return "\(mended.statement): \(mended.name) has \(mended.people) people; extracted again, now r"
    }

    private func addKPI() async throws -> String {
        guard try DemoProject.addKPI(to: folder) else { return "weir.yaml has kpi_daily already: b computes it" }
        try await send(.apply)
        return "kpi_daily is in weir.yaml and applied: b computes it for the days that are past"
    }

    private func send(_ command: EngineCommand) async throws {
        let reply = try await SocketLink(project: folder.path).send(command, key: UUID().uuidString)
        if case .refused(let refusal) = reply { throw refusal }
    }
}
