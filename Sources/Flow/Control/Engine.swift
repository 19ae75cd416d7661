import Foundation
package import Lake
import Logging
import Store
import Synchronization

/// The engine: the only writer of the store while it runs. Everything else of Flow and Lake lives in here.
package final class Engine: Sendable {
    package struct Options: Sendable {
        /// The program that workers are started from.
        package var executable: String
        /// False for an engine hosted by one command: no port is opened.
        package var servesHTTP: Bool
        package var servesSocket: Bool
        /// Resolves `${NAME}` and is passed to programs.
        package var environment: [String: String]
        /// How others are told who holds the project: "an engine", "weir run".
        package var role: String

        package init(
            executable: String, servesHTTP: Bool, servesSocket: Bool,
            environment: [String: String] = ProcessInfo.processInfo.environment, role: String = "an engine"
        ) {
            self.executable = executable
            self.servesHTTP = servesHTTP
            self.servesSocket = servesSocket
            self.environment = environment
            self.role = role
        }
    }

    let options: Options
    let lock: EngineLock
    let log: Logger
    let store: Store
    let epoch: Int64
    let folder: ObjectFolder
    let tree: PublicTree
    let children: RecordedProcesses
    let workers: Workers
    let streams: Streams
    let workflows: Workflows
    let alerts: Alerts
    let commands: CommandLedger
    let pulseBoard = PulseBoard()
    let started = ContinuousClock.now
    /// The definition at work; `apply` swaps it.
    let current: Mutex<Project>
    let condition = Mutex(Condition())

    /// What changes while an engine runs.
    struct Condition {
        var address: String?
        var runsByState: [String: Int] = [:]
        var stop: StopRequest?
        var hasEnded = false
        var stopWaiters: [CheckedContinuation<StopRequest, Never>] = []
    }
    enum StopRequest: Sendable, Hashable { case now, drained }

    /// True once `run` has closed the store.
    var hasEnded: Bool { condition.withLock { $0.hasEnded } }

    package var project: Project { current.withLock { $0 } }

    /// Takes the lock, opens the store, begins an epoch, ends what older engines left running, recovers the lake and
    /// the buffers, takes up runs. Nothing starts, and nothing listens, before `run`.
    /// Throws an error that says who holds the project, or what is wrong with it; its description is one line.
    package init(project: Project, options: Options) async throws {
        let files = BlockingQueue("weir.engine")
        let state = project.stateDirectory
        let holder = LockHolder(process: getpid(), role: options.role, socket: nil)
        lock = try await files.run {
            try Engine.prepareFolder(state + "/log")
            return try EngineLock(project: project.directory, holder: holder)
        }
        let log = try EngineLog(path: state + "/log/engine.log").logger("engine")
        self.log = log
        self.options = options
        do {
            store = try await files.run { try Store.openForWriting(project.storePath) }
            epoch = try await store.write { try $0.beginEpoch() }
            log.info("starting", metadata: ["pid": "\(getpid())", "epoch": "\(epoch)", "role": "\(options.role)"])

            children = RecordedProcesses(store: store, epoch: epoch)
            let leftovers = try await children.endLeftovers()
            if leftovers > 0 { log.warning("ended \(leftovers) processes of an engine that had died") }

            let folder = ObjectFolder(root: project.lakeRoot)
            self.folder = folder
            tree = PublicTree(folder: folder, store: store)
            try await files.run { try folder.prepare() }
            try await tree.recover()

            workers = Workers(
                Workers.Settings(
                    slots: project.engine.slots, memory: project.engine.memory, executable: options.executable,
                    directory: state + "/workers", logDirectory: state + "/log"))
            streams = try await Streams(project: project, store: store, folder: folder, workers: workers)
            workflows = try await Workflows(
                project: project,
                services: FlowServices(
                    store: store, folder: folder, workers: workers, crawler: Crawler(folder: folder, store: store),
                    extractor: Extractor(folder: folder, store: store, workers: workers),
                    loader: Loader(folder: folder, store: store, workers: workers), epoch: epoch,
                    environment: options.environment))
            alerts = Alerts(
                project: project, store: store, children: children, environment: options.environment, log: log,
                clock: Engine.now)
            commands = CommandLedger(store: store)
            current = Mutex(project)
            try await ProjectNames(project).save(store)
        } catch {
            log.error("did not start: \(error)")
            throw error
        }
    }

    private static func prepareFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            let reason = (error as NSError).userInfo[NSUnderlyingErrorKey].map { "\($0)" } ?? error.localizedDescription
            throw EngineFailure.unwritable(path: path, reason: reason)
        }
        guard access(path, W_OK) == 0 else { throw EngineFailure.unwritable(path: path, reason: systemReason()) }
    }

    /// Milliseconds since 1970, by the wall clock.
    @Sendable static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
