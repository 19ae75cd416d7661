import Flow
import Synchronization

/// Keeps the console with an engine: finds one, starts one if it may, hears its pulses, and comes back to it when it
/// was away.
final class LinkKeeper: Sendable {
    private let access: EngineAccess
    private let mailbox: Mailbox
    /// Told when the engine says that the store has changed.
    private let changed: @Sendable () -> Void
    private let current = Mutex<(any EngineLink)?>(nil)
    private let attention = Mutex(Attention())

    /// Whether somebody looks, and who wants to know of a change.
    private struct Attention {
        var attended = true
        var changed: AsyncStream<Void>.Continuation?
    }
    /// Between two pulses while nobody looks.
    private static let unattendedRest = Duration.milliseconds(1900)

    init(_ access: EngineAccess, _ mailbox: Mailbox, changed: @escaping @Sendable () -> Void) {
        self.access = access
        self.mailbox = mailbox
        self.changed = changed
    }

    /// Works until cancelled.
    func run() async {
        var wasThere = false
        var mayStart = true
        while !Task.isCancelled {
            if let link = await access.find(), await listen(to: link) {
                wasThere = true
                mailbox.put(.link(.lost))
            } else if mayStart, !wasThere {
                await start()
                mayStart = false
                continue
            } else if !wasThere, access.start == nil {
                mailbox.put(.link(.absent(reason: nil)))
            }
            mayStart = false
            // An engine that restarts is found within half a second.
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func start() async {
        guard let start = access.start else {
            mailbox.put(.link(.absent(reason: nil)))
            return
        }
        mailbox.put(.link(.starting))
        do {
            try await start()
            mailbox.put(.owner(.startedHere))
        } catch {
            mailbox.put(.link(.absent(reason: "\(error)")))
        }
    }

    /// Whether somebody looks at the console: else the engine is heard less often.
    func attend(_ attended: Bool) {
        attention.withLock { attention in
            guard attention.attended != attended else { return }
            attention.attended = attended
            attention.changed?.yield()
        }
    }

    var isAttached: Bool { current.withLock { $0 != nil } }

    /// Passes an engine's pulses on until it goes away; false when it was not there at all.
    private func listen(to link: any EngineLink) async -> Bool {
        defer { current.withLock { $0 = nil } }
        while !Task.isCancelled {
            let (turned, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let attended = attention.withLock { attention in
                attention.changed = continuation
                return attention.attended
            }
            let hasGone = await withTaskGroup(of: Bool.self) { group in
                group.addTask { [self] in
                    await hear(link.pulses(rest: attended ? .zero : Self.unattendedRest), of: link)
                    return true
                }
                group.addTask {
                    for await _ in turned { break }
                    return false
                }
                defer { group.cancelAll() }
                return await group.next() ?? true
            }
            if hasGone { break }
        }
        return isAttached
    }

    private func hear(_ pulses: AsyncStream<EnginePulse>, of link: any EngineLink) async {
        var generation: Int64?
        for await pulse in pulses {
            if !isAttached {
                current.withLock { $0 = link }
                mailbox.put(.link(.attached))
            }
            mailbox.put(.status(pulse.status))
            if generation != pulse.generation { changed() }
            generation = pulse.generation
        }
    }

    /// Sends a command; where the engine went away before it answered, sends it again to the one that comes back:
    /// by its key it is carried out once.
    func send(_ command: EngineCommand, key: String) async -> FeedUpdate.Outcome {
        for attempt in 0..<20 {
            guard let link = current.withLock({ $0 }) else {
                if attempt == 0 { return .failed("no engine runs: start one with weir serve") }
                try? await Task.sleep(for: .milliseconds(200))
                continue
            }
            do {
                return .reply(try await link.send(command, key: key))
            } catch LinkFailure.lost {
                if case .stop = command { return .done("the engine has stopped") }
                try? await Task.sleep(for: .milliseconds(200))
            } catch {
                return .failed("\(error)")
            }
        }
        return .failed("\(LinkFailure.lost)")
    }
}
