import DuckDB
import Foundation

/// A worker's DuckDB: one session that questions share, each in a catalog of its own. Statements that attach databases
/// or register functions, and those that ended badly, get the session replaced after them, so that nothing of theirs
/// is left for the next.
struct WorkerSessions {
    private let configuration: Session.Configuration
    private let directory: String
    private var session: Session?

    init(memory: Int64, directory: String) {
        self.directory = directory
        // What an earlier worker of this slot left when it was killed.
        try? FileManager.default.removeItem(atPath: directory)
        // One thread: two workers with a thread each beat one with two.
        configuration = Session.Configuration(threads: 1, memory: memory, temporaryDirectory: directory + "/spill")
    }

    /// Opens a session if there is none. A failure is kept for the statement that needs one.
    mutating func prepare() {
        if session == nil { session = try? open() }
    }

    private func open() throws -> Session {
        try FileManager.default.createDirectory(atPath: directory + "/spill", withIntermediateDirectories: true)
        return try Session(configuration)
    }

    /// `begin` is called once the statement can be interrupted.
    mutating func perform(
        _ statement: Statement, isCancelled: @escaping @Sendable () -> Bool, begin: (SessionHandle) -> Void
    ) throws(WorkFailure) -> StatementResult {
        do {
            let session = try session ?? open()
            self.session = statement.sharesSession ? session : nil
            let scratch = directory + "/scratch"
            try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            begin(session.handle)
            return try statement.perform(
                in: session, context: WorkerContext(spillDirectory: scratch, isCancelled: isCancelled))
        } catch {
            session = nil
            throw WorkFailure(error, of: statement)
        }
    }
}

extension Statement {
    /// Whether the session is as it was when this has succeeded.
    fileprivate var sharesSession: Bool {
        switch self {
        case .describe, .query, .select, .survey, .load: true
        case .deliver, .extract: false
        }
    }

    fileprivate func perform(in session: Session, context: WorkerContext) throws -> StatementResult {
        switch self {
        case .describe(let describe): .described(try describe.perform(in: session))
        case .query(let query): .queried(try query.perform(in: session))
        case .select(let select): .selected(try select.perform(in: session))
        case .survey(let survey): .surveyed(try survey.perform(in: session, context: context))
        case .deliver(let deliver): .delivered(try deliver.perform(in: session, context: context))
        case .extract(let extract): .extracted(try extract.perform(in: session, context: context))
        case .load(let load): .loaded(try load.perform(in: session, context: context))
        }
    }

    /// What a failure is called that has no better name.
    fileprivate var failureName: WorkFailure.Name {
        switch self {
        case .describe, .query, .select, .survey, .deliver: .queryFailed
        case .extract: .extractFailed
        case .load: .loadFailed
        }
    }
}

extension WorkFailure {
    fileprivate init(_ error: any Error, of statement: Statement) {
        self =
            switch error {
            case let failure as WorkFailure: failure
            case let error as DuckDBError: WorkFailure(error, named: statement.failureName)
            default: WorkFailure(statement.failureName, "\(error)")
            }
    }
}
