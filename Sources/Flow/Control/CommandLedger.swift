import Store
import Synchronization

/// Carries commands out once for each key, and keeps who asked for what and what was answered.
///
/// The intent is recorded before the effect and the reply after it. A command that is sent again gets the recorded
/// reply; one whose engine died in between is not repeated, because nobody knows how far it came.
final class CommandLedger: Sendable {
    private let store: Store
    private let waiting = Mutex<[String: [CheckedContinuation<EngineReply?, Never>]]>([:])

    init(store: Store) { self.store = store }

    func once(
        _ command: EngineCommand, key: String, who: String, at now: Int64, _ effect: () async -> EngineReply
    ) async -> EngineReply {
        if let reply = await replyOfTwin(key) { return reply }
        let reply = await carryOut(command, key: key, who: who, at: now, effect)
        for continuation in waiting.withLock({ $0.removeValue(forKey: key) ?? [] }) {
            continuation.resume(returning: reply)
        }
        return reply
    }

    /// Forgets all but the newest commands.
    static func prune(_ writing: Writing, keeping count: Int) throws {
        try writing.execute(
            """
            DELETE FROM commands WHERE at < (SELECT at FROM commands ORDER BY at DESC LIMIT 1 OFFSET ?)
            """, [Value(count)])
    }

    /// Waits for the reply of the same command, when it is being carried out now; nil: this caller is to do it.
    private func replyOfTwin(_ key: String) async -> EngineReply? {
        await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                guard waiting[key] != nil else {
                    waiting[key] = []
                    return true
                }
                waiting[key]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume(returning: nil) }
        }
    }

    private func carryOut(
        _ command: EngineCommand, key: String, who: String, at now: Int64, _ effect: () async -> EngineReply
    ) async -> EngineReply {
        do {
            let text = try JSONText.encode(command)
            if let known = try await begin(text, key: key, who: who, at: now) { return known }
        } catch {
            return .refused(Refusal(.failed, "\(error)"))
        }
        let reply = await effect()
        // Should this write fail, the caller still hears what happened; only a resent command will not.
        if let answer = try? JSONText.encode(reply) {
            _ = try? await store.write {
                try $0.execute("UPDATE commands SET reply = ? WHERE key = ?", [.text(answer), .text(key)])
            }
        }
        return reply
    }

    /// Records the intent. Returns the reply to give when the key is known already.
    private func begin(_ command: String, key: String, who: String, at now: Int64) async throws -> EngineReply? {
        try await store.write { writing in
            guard let known = try writing.first("SELECT command, reply FROM commands WHERE key = ?", [.text(key)])
            else {
                try writing.execute(
                    "INSERT INTO commands (key, command, reply, who, at) VALUES (?, ?, '', ?, ?)",
                    [.text(key), .text(command), .text(who), .integer(now)])
                return nil
            }
            guard known.text("command") == command else {
                return .refused(Refusal(.wrong, "the key \(key) was used for another command"))
            }
            guard let reply = try? JSONText.decode(EngineReply.self, known.text("reply")) else {
                return .refused(
                    Refusal(
                        .failed,
                        "the engine stopped while it carried this out: look at weir runs before you ask for it again"))
            }
            return reply
        }
    }
}
